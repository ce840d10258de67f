"""Print "RESULT<tab>NAME" for each test of a Meson build, or the output of one test."""
import json
import sys

folder, name = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
for line in open(folder + "/meson-logs/testlog.json"):
    test = json.loads(line)
    short = test["name"].split(" / ")[-1].split(":")[-1]
    if name is None:
        print(test["result"], short, sep="\t")
    elif name == short:
        print(test.get("stdout", ""))
        print(test.get("stderr", ""))
