"""Every schema of the OpenAPI document is one, every example in it is valid by its schema."""
import json
import sys
from jsonschema import Draft202012Validator, RefResolver

document = json.load(open(sys.argv[1]))
resolver = RefResolver("", document)
wrong = []


def check(schema, value, where):
    for error in Draft202012Validator(schema, resolver=resolver).iter_errors(value):
        wrong.append(f"{where}: {error.message}")


for name, schema in document["components"]["schemas"].items():
    Draft202012Validator.check_schema(schema)
bodies = [
    (f"{method} {path}", body)
    for path, methods in document["paths"].items()
    for method, operation in methods.items()
    for body in [operation.get("requestBody", {}), *operation["responses"].values()]
]
for part in ["requestBodies", "responses"]:
    bodies += document["components"][part].items()
tried = 0
for where, body in bodies:
    for kind, media in body.get("content", {}).items():
        examples = [each["value"] for each in media.get("examples", {}).values()]
        if "example" in media:
            examples.append(media["example"])
        for example in examples:
            tried += 1
            check(media["schema"], example, f"{where} {kind}")
print(f"{tried} examples")
if wrong or tried == 0:
    sys.exit("\n".join(wrong) or "no example was found")
