#!/usr/bin/env python3
"""hostile.py ITEM FOLDER: makes the tree of one kind of bad input (docs/hostile.md).

Each tree has fine/.mcp.json with one honest server in it, which must be found. Nothing is kept: what is
large is made when it is needed. `hostile.py --list` names the items."""
import bz2
import gzip
import io
import json
import lzma
import os
import random
import socket
import struct
import sys
import tarfile
import zipfile
import zlib

LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
KEY = "sk-ant-" + "api03-" + "".join(LETTERS[(i * 7 + 3) % 58] for i in range(93)) + "AA"
BRACKETS = 100_000

# How each language says that it uses a package of the catalogue.
IMPORTS = {
    "cs": "using OpenAI.Chat;\n", "go": 'package m\nimport "github.com/sashabaranov/go-openai"\n',
    "java": "import com.openai.client.OpenAIClient;\n", "js": "import OpenAI from 'openai';\n",
    "kt": "import com.openai.client.OpenAIClient\n", "php": "<?php\nuse OpenAI\\Client;\n",
    "py": "import openai\n", "rb": "require 'openai'\n", "rs": "use async_openai::Client;\n",
    "tsx": "import OpenAI from 'openai';\n", "ts": "import OpenAI from 'openai';\n",
    "sh": "export ANTHROPIC_API_KEY=" + KEY + "\n", "tf": 'token = "' + KEY + '"\n',
}


def server(name):
    return json.dumps({"mcpServers": {name: {"command": "npx", "args": ["-y", f"@acme/{name}@1.2.3"]}}})


def put(path, data):
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)


# --- archives ------------------------------------------------------------------------------------
def zipped(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            z.writestr(name, data)
    return out.getvalue()


def zip_bombs():
    """Two gigabytes in two megabytes: of zeros, and of lines that would have to be searched; bombs in
    bombs."""
    for name, block in (("zeros.gz", bytes(1 << 20)), ("lines.gz", b"key=\n" * 200000)):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)  # stands for itself
        put(name, b"\x1f\x8b\x08" + bytes(7) + piece * 2048 + b"\3\0" + bytes(8))
    bomb = bytes(16 << 20)
    for _ in range(5):
        inner = zipped(("0", bomb))
        bomb = zipped(*[(f"{i}.zip", inner) for i in range(16)])
    put("nested.zip", bomb)


def zip_overlap():
    """Many names for the same bytes."""
    data = zlib.compress(bytes(1 << 20), 9)[2:-4]
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(data), 1 << 20, 1, 0) + b"x" + data
    entries = b"".join(struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(data), 1 << 20,
                                   8, 0, 0, 0, 0, 0, 0) + b"%08d" % i for i in range(20000))
    put("overlap.zip", local + entries +
        struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 20000, 20000, len(entries), len(local), 0))


def zip_sizes():
    """Sizes that lie, a cut one, a name for the terminal."""
    z = bytearray(zipped(("p/.mcp.json", server("size")), ("q/.mcp.json", server("after"))))
    for mark, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at += z.find(mark)
        z[at:at + 4] = struct.pack("<I", 1)
    put("size.zip", z)
    put("cut.zip", zipped(("p/.mcp.json", server("cut")), ("big", random.Random(1).randbytes(4096)))[:-2000])
    put("term.zip", zipped(("\x1b[2J\n/.mcp.json", server("term"))))


def tar_links(outside="../outside"):
    """Links and names that lead out, beside something honest."""
    with tarfile.open("links.tar", "w") as t:
        for name, kind, to in (("up", tarfile.SYMTYPE, outside), ("hard", tarfile.LNKTYPE, "../outside/.mcp.json"),
                               ("dev", tarfile.CHRTYPE, "")):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, to
            t.addfile(entry)
        for name in ("../../up/.mcp.json", "/abs/.mcp.json", "up/.mcp.json", "good/.mcp.json"):
            entry = tarfile.TarInfo(name)
            d = server(name.replace("/", "-").replace(".", "") or "x").encode()
            entry.size = len(d)
            t.addfile(entry, io.BytesIO(d))


def codecs():
    """Streams that ask for gigabytes to be unpacked, that are a million streams, or that never end."""
    d = bytearray(lzma.compress(server("dictionary").encode() * 100, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0}]))
    head = d[12:12 + (d[12] + 1) * 4]
    head[head.find(b"\x21\x01") + 2] = 40  # a dictionary of 4 GiB
    head[-4:] = struct.pack("<I", zlib.crc32(bytes(head[:-4])))
    d[12:12 + len(head)] = head
    put("dictionary.xz", d)
    put("window.zst", b"\x28\xb5\x2f\xfd\x00\xff\x01\x00\x00")
    put("same.zst", b"\x28\xb5\x2f\xfd\x00\x58" + b"\x02\x00\x10a" * 200_000)
    put("skipped.zst", b"\x50\x2a\x4d\x18\x00\x00\x00\x00" * 1_000_000)
    for name, stream in (("gzip.gz", gzip.compress(b"", mtime=0)), ("bzip2.bz2", bz2.compress(b"")), ("xz.xz", lzma.compress(b""))):
        put("streams/" + name, stream * 300_000)
    put("streams/.mcp.json.gz", gzip.compress(b" ", mtime=0) * 300_000 + gzip.compress(server("last").encode(), mtime=0))
    put("random.7z", b"7z\xbc\xaf\x27\x1c\0\4" + random.Random(2).randbytes(2000))


def tar_head(name, size, kind):
    entry = tarfile.TarInfo(name)
    entry.size, entry.type = size, kind
    return entry.tobuf(tarfile.USTAR_FORMAT)


def block(data):
    return data + bytes(-len(data) % 512)


def members():
    """More members than one file may have facts, names of 60 KB, sizes of 64 bits, headers upon headers, holes."""
    with zipfile.ZipFile("many.zip", "w") as z:
        for i in range(300_000):
            z.writestr(f"{i}/package.json", b"{}")
    with zipfile.ZipFile("long.zip", "w") as z:
        z.writestr("a/" * 30_000 + ".mcp.json", server("long"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        with z.open(".mcp.json", "w", force_zip64=True) as f:
            f.write(server("zip64").encode())
    put("zip64.zip", out.getvalue())
    d = bytearray(out.getvalue())
    at = d.find(struct.pack("<HH", 1, 16))
    d[at + 4:at + 20] = b"\xff" * 16
    put("lie64.zip", d)
    last = tar_head(".mcp.json", len(server("behind")), b"0") + block(server("behind").encode())
    put("length.tar", tar_head("x", 512, b"x") + block(b"999999999999999999 path=a\n") + last + bytes(1024))
    put("name.tar", tar_head("././@LongLink", 8589934591, b"L") + b"a" * 100_000)
    put("chain.tar", (tar_head("x", 512, b"x") + block(b"30 comment=aaaaaaaaaaaaaaaaaa\n")) * 200_000 + last + bytes(1024))
    record = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n27 GNU.sparse.name=big.txt\n44 GNU.sparse.realsize=4611686018427387904\n"
    put("holes.tar", tar_head("x", len(record), b"x") + block(record) + tar_head("s", 1024, b"0") +
        block(b"1\n4611686018427387903\n1\n") + block(b"a") + bytes(1024))
    negative = bytearray(tar_head("negative", 0, b"0"))
    negative[124:136] = b"\xff" * 12
    negative[148:156] = b" " * 8
    negative[148:156] = b"%06o\0 " % sum(negative)
    put("negative.tar", bytes(negative) + bytes(2048))


# --- repositories ----------------------------------------------------------------------------------
def git_odd():
    """Files ".git" that name themselves and each other, alternates in circles, an index that is none."""
    for name, text in (("itself", "gitdir: .git\n"), ("one", "gitdir: ../two/.git\n"), ("two", "gitdir: ../one/.git\n"),
                       ("long", "gitdir: " + "x" * 5000), ("nul", "gitdir: \0\n")):
        put(f"{name}/.git", text)
    os.makedirs("link")
    os.symlink(".git", "link/.git")
    os.makedirs("pipe")
    os.mkfifo("pipe/.git")
    put("hole/.git", "")
    os.truncate("hole/.git", 1 << 40)
    for name in ("circle", "other", "huge", "lies", "piped", "linked", "folder"):
        put(f"{name}/.git/HEAD", "ref: refs/heads/main\n")
        put(f"{name}/.git/config", "[core]\n\tworktree = /etc\n\tfsmonitor = touch pwned\n[include]\n\tpath = config\n")
        put(f"{name}/.git/refs/heads/main", "ref: refs/heads/main\n")
        put(f"{name}/.git/commondir", "../.git\n")
        to = {"circle": "other", "other": "circle"}.get(name, name)
        put(f"{name}/.git/objects/info/alternates", os.path.abspath(f"{to}/.git/objects") + "\n")
    put("huge/.git/index", "")
    os.truncate("huge/.git/index", 1 << 40)
    put("lies/.git/index", b"DIRC" + struct.pack(">II", 2, 0xffffffff) +
        (bytes(24) + struct.pack(">I", 0o160000) + bytes(12) + b"\1" * 20 + struct.pack(">H", 3) + b"../" + bytes(7)) * 100_000)
    os.mkfifo("piped/.git/index")
    os.symlink("/etc/passwd", "linked/.git/index")
    os.makedirs("folder/.git/index")


# --- documents and code ----------------------------------------------------------------------------
def yaml_laughs():
    """Aliases of aliases, as values and as merged maps, and one of itself, in each YAML that is read."""
    laughs = "a0: &a0 [" + ", ".join(["lol"] * 9) + "]\n"
    merges = "b0: &b0 {x: 1}\n"
    for i in range(1, 30):
        laughs += f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n"
        merges += f"b{i}: &b{i}\n  <<: [{', '.join([f'*b{i - 1}'] * 9)}]\n  k: *b{i - 1}\n"
    for name, bomb in (("laughs", laughs), ("merges", merges), ("itself", "a: &a [*a, *a]\n")):
        put(f"{name}/pnpm-lock.yaml", "lockfileVersion: '9.0'\n" + bomb)
        put(f"{name}/.continue/config.yaml", "mcpServers:\n  - name: laughed\n    command: npx\n"
            "    args: ['-y', '@acme/laughed@1.2.3']\n" + bomb)
        put(f"{name}/.config/goose/config.yaml", "extensions:\n  laughed:\n    type: stdio\n    cmd: npx\n"
            "    args: ['-y', '@acme/laughed@1.2.3']\n" + bomb)
        put(f"{name}/alias/.continue/config.yaml", bomb + "mcpServers: *" + ("a29" if name == "laughs" else
            "b29" if name == "merges" else "a") + "\n")


def brackets():
    """So many in each language of the grammars, between two imports; and in each format of documents."""
    for language, text in IMPORTS.items():
        again = text.replace("<?php\n", "").replace("package m\n", "")
        for name, opening in (("round", "("), ("square", "["), ("curly", "{")):
            if name == "round" or language in ("js", "py"):
                put(f"code/{name}.{language}", f"{text}x = {opening * BRACKETS}\n{again}")
    for name, opening, closing in (("array", "[", "]"), ("object", '{"a":', "}")):
        text = '{"name": "a", "lockfileVersion": 3, "mcpServers": {"x": ' + opening * BRACKETS
        put(f"{name}/.mcp.json", text)
        put(f"{name}/package.json", text + "1" + closing * BRACKETS + "}}")
        put(f"{name}/package-lock.json", text)
        put(f"{name}/.claude/settings.json", text)
        put(f"{name}/bun.lock", text)
        put(f"{name}/book.ipynb", '{"cells": ' + opening * BRACKETS + f'"{KEY}"')
    for name, text in (("flow", "a: " + "[" * BRACKETS), ("map", "a: " + "{a: " * BRACKETS),
                       ("block", "- " * BRACKETS), ("keys", "? " * BRACKETS)):
        put(f"yaml-{name}/pnpm-lock.yaml", text)
        put(f"yaml-{name}/.continue/config.yaml", text)
    for name, text in (("array", "a = " + "[" * BRACKETS), ("table", "a = " + "{a=" * BRACKETS),
                       ("dots", "a." * BRACKETS + "b = 1\n"), ("head", "[" + "a." * BRACKETS + "b]\n")):
        put(f"toml-{name}/pyproject.toml", text)
        put(f"toml-{name}/uv.lock", text)
        put(f"toml-{name}/.codex/config.toml", text)


def minified():
    """One line of 20 MB with an import at its end and a key in its middle."""
    piece = "function f(a,b){return a?b:g({x:[1,2,3],y:\"z\"})};"
    half = piece * (10_000_000 // len(piece))
    put("dist/app.min.js", f'{half}var k="{KEY}";{half}import OpenAI from"openai";')


def generated():
    """A million lines as a generator writes them, of Python and of Go."""
    lines = "".join(f"FIELD_{i} = Field(name='field_{i}', number={i})\n" for i in range(1000))
    put("gen/api_pb2.py", "# Code generated by a tool. DO NOT EDIT.\nimport openai\n" + lines * 1000 +
        "import anthropic\n")
    lines = "".join(f"\tField{i} int32 = {i}\n" for i in range(1000))
    put("gen/api.pb.go", "// Code generated by a tool. DO NOT EDIT.\npackage m\n"
        'import "github.com/sashabaranov/go-openai"\nconst (\n' + lines * 1000 + ")\n")


def documents():
    """Documents of 24 MB with millions of nodes, texts of 24 MB in UTF-16, 20,000 servers on one line."""
    size = 24 << 20
    put("json/package.json", '{"name": "a", "x": [' + "0," * (size // 2) + "0]}")
    put("lock/package-lock.json", '{"lockfileVersion": 3, "packages": {' + ",".join(
        f'"node_modules/p{i}": {{"version": "1.2.3"}}' for i in range(size // 42)) + "}}")
    put("yaml/pnpm-lock.yaml", "lockfileVersion: '9.0'\nx:\n" + "  - a: b\n" * (size // 9))
    put("toml/uv.lock", "version = 1\n" + "[[package]]\nname = 'a'\n" * (size // 23))
    put("wide/notes.txt", b"\xff\xfe" + ("\u4e2d" * (size // 2)).encode("utf-16-le") + KEY.encode("utf-16-le"))
    put("many/.mcp.json", '{"mcpServers": {' + ",".join(
        f'"s{i}": {{"command": "npx", "args": ["-y", "a{i}@1.2.3"]}}' for i in range(20000)) + "}}")


def notebook():
    """200 MB, most of them pictures, with a key in the last cell."""
    picture = LETTERS[:56] * (10_000_000 // 56)
    os.makedirs("nb")
    with open("nb/train.ipynb", "w", encoding="ascii") as f:
        f.write('{"cells": [')
        for _ in range(20):
            f.write('{"cell_type": "code", "source": ["plot()"], "outputs": [{"data": {"image/png": "')
            f.write(picture)
            f.write('"}}]},\n')
        f.write('{"cell_type": "code", "source": ["import openai\\n", "key = \'' + KEY + '\'"]}]}')


# --- bytes -----------------------------------------------------------------------------------------
NAMES = [b"new\nline", b"esc\x1b[31m", b"bell\x07\x08\x7f", b"carriage\rreturn", b"tab\tname",
         b"c1\xc2\x9b31m", b"latin\xe9", b"cut\xe2\x82", b"over\xc0\xaf", b"surrogate\xed\xa0\x80",
         "bidi\u202egnp.exe".encode(), "isolate\u2066x\u2069".encode(), "zero\u200bwidth\ufeff".encode(),
         "line\u2028sep".encode(), b"-", b"--help", b"-rf", b"quote\"'`$(x)", b"back\\slash\\x1b", b"a|b",
         b"<img src=x onerror=alert(1)>", b"%s%n", b"~", b"*", b" lead", b"trail ", b"::error::x",
         "\u4e2d\u6587".encode()]


def names():
    """A server in a folder of each name, an open finding and a gap in a file of each name."""
    for name in NAMES:
        folder = os.path.join(b".", name)
        os.makedirs(folder)
        with open(os.path.join(folder, b".mcp.json"), "w", encoding="ascii") as f:
            f.write(server("named").replace("@1.2.3", ""))
        os.makedirs(os.path.join(folder, b"broken"))
        with open(os.path.join(folder, b"broken", b".mcp.json"), "w", encoding="ascii") as f:
            f.write('{"mcpServers": {"x"')
        with open(os.path.join(folder, name + b".env"), "w", encoding="ascii") as f:
            f.write(f"ANTHROPIC_API_KEY={KEY}\n")
    # What a document says reaches people, too.
    odd = "x\u001b[31m\u202e\n\u009b2J"
    put("words/.mcp.json", json.dumps({"mcpServers": {odd: {"command": "npx", "args": ["-y", odd], "env": {odd: "1"}}}}))
    put("words/package.json", json.dumps({"name": odd, "dependencies": {"openai": odd}}))
    put("words/CODEOWNERS", f"* @{odd.split(chr(10))[0]}\n")


def encodings():
    """A key and a server in each way to write text."""
    body, line = server("coded"), f"ANTHROPIC_API_KEY={KEY}\n"
    wide = "\u4f60\u597d, \u043f\u0440\u0438\u0432\u0435\u0442\n" * 4
    for name, codec, mark in (("le", "utf-16-le", b"\xff\xfe"), ("be", "utf-16-be", b"\xfe\xff"),
                              ("le-bare", "utf-16-le", b""), ("be-bare", "utf-16-be", b""),
                              ("le32", "utf-32-le", b"\xff\xfe\0\0"), ("be32", "utf-32-be", b"\0\0\xfe\xff"),
                              ("bom", "utf-8", b"\xef\xbb\xbf")):
        put(f"{name}/.mcp.json", mark + body.encode(codec))
        put(f"{name}/notes.txt", mark + line.encode(codec))
        if mark:
            put(f"{name}/wide.txt", mark + (wide + line).encode(codec))
    put("odd/notes.txt", b"\xff\xfe" + line.encode("utf-16-le") + b"x")
    put("odd/half.txt", b"\xff\xfe" + (line * 3).encode("utf-16-le") + b"\0\xd8")
    put("nul/.mcp.json", '{"mcpServers": {"a\0b": {"command": "npx"}}}')
    put("nul/notes.txt", b"\0\n" + line.encode())
    put("nul/inside.txt", line.encode().replace(b"=", b"=\0 ") + b"\0" * 20 + line.encode())
    put("bad/.mcp.json", body.encode().replace(b"coded", b"cod\xff\xfeed"))
    put("bad/notes.txt", b"caf\xe9 \xc0\xaf \xed\xa0\x80 \xf5\xbf\n" + line.encode())
    put("bad/latin.txt", ("\u00fcber " * 50).encode("latin-1") + b"\n" + line.encode())


INTERESTING = [".mcp.json", "package.json", "package-lock.json", "npm-shrinkwrap.json", "bun.lock", "yarn.lock",
               "pnpm-lock.yaml", "requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock", "Pipfile.lock",
               "AGENTS.md", "CLAUDE.md", "CODEOWNERS", ".claude/settings.json", ".cursor/mcp.json",
               ".codex/config.toml", ".continue/config.yaml", ".git/config", ".env", "model.safetensors",
               "model.safetensors.index.json", "x.ipynb", "x.pkl", "x.gguf", "x.pt", "x.onnx", "x.zip", "x.whl",
               "x.jar", "x.tar", "x.tar.gz", "x.tgz", "x.xz", "x.bz2", "x.zst", "x.7z", "index.json", "x.tf", "x.sh",
               *["x." + e for e in IMPORTS]]
BEGINNINGS = [b"", b"", b"{", b"[", b'{"mcpServers":', b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08\0", b"BZh9", b"\xfd7zXZ\0",
              b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"\x10\0\0\0\0\0\0\0{\"", b"GGUF", b"\x80\x04\x95", b"---\n",
              b"[a]\n", b"import openai\n", b"\xff\xfe", b"#!/usr/bin/env python3\n"]


def noise():
    """10,000 files of random bytes under names that detectors know, half of them begun as the format is."""
    r = random.Random(20261123)
    for i in range(10_000):
        begin = BEGINNINGS[r.randrange(len(BEGINNINGS))]
        put(f"r{i // 100}/{i}/{INTERESTING[i % len(INTERESTING)]}", begin + r.randbytes(r.randrange(1, 2000)))


# --- files that are none -----------------------------------------------------------------------------
def special():
    """Pipes, sockets, devices, links round and out, hard links, holes, folders named like files."""
    os.makedirs("odd")
    for name in ("odd/.mcp.json", "odd/package.json", "odd/model.safetensors"):
        os.mkfifo(name)
    here = os.getcwd()
    os.chdir("odd")
    for name in ("s", ".env"):
        socket.socket(socket.AF_UNIX).bind(name)
    os.chdir(here)
    if os.geteuid() == 0:
        try:
            os.mknod("odd/requirements.txt", 0o20644, os.makedev(1, 5))
            os.mknod("odd/x.py", 0o60644, os.makedev(7, 0))
        except OSError:
            pass  # a container without the right
    os.symlink(".", "odd/loop")
    os.symlink("b", "odd/a")
    os.symlink("a", "odd/b")
    os.symlink("/", "odd/root")
    os.symlink("/proc/self/root/etc/passwd", "odd/AGENTS.md")
    for name in (".mcp.json", "package.json", "requirements.txt", "model.safetensors", "AGENTS.md", "CODEOWNERS",
                 ".git", "x.zip"):
        os.makedirs(f"folders/{name}/inner")
    put("folders/.mcp.json/inner/.mcp.json", server("inside"))
    put("hard/one/.mcp.json", server("hard"))
    os.makedirs("hard/two")
    os.link("hard/one/.mcp.json", "hard/two/.mcp.json")
    for name in ("-", "--help", "-rf"):
        put(f"options/{name}/.mcp.json", server("option"))
        put(f"options/{name}.env", f"ANTHROPIC_API_KEY={KEY}\n")
    for name, start in (("text.txt", b"words\n" * 2000), ("zeros.bin", b""), ("m.safetensors", b"\2\0\0\0\0\0\0\0{}")):
        put(f"sparse/{name}", start)
        os.truncate(f"sparse/{name}", 1 << 40)


def deep():
    """A path of more bytes than a path may have (PATH_MAX), with a server on the way and one below."""
    here = os.getcwd()
    for i in range(60):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
        if i in (5, 40):
            with open(".mcp.json", "w", encoding="ascii") as f:
                f.write(server(f"level{i}"))
    os.chdir(here)


ITEMS = {f.__name__.replace("_", "-"): f for f in
         (zip_bombs, zip_overlap, zip_sizes, tar_links, yaml_laughs, brackets, minified, generated, documents, notebook,
          codecs, members, git_odd, names, encodings, noise, special, deep)}

if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print(*ITEMS, sep="\n")
    elif sys.argv[1:] == ["--key"]:
        print(KEY)
    else:
        os.makedirs(sys.argv[2], exist_ok=True)
        os.chdir(sys.argv[2])
        put("fine/.mcp.json", server("fine"))
        ITEMS[sys.argv[1]](*sys.argv[3:])
