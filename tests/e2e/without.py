#!/usr/bin/env python3
"""without.py WHAT[,WHAT...] COMMAND...: runs the command as on a system that lacks something.

  landlock   a kernel without Landlock: its calls are not there
  seccomp    a container that refuses filters of system calls
  userns     a system without user namespaces
A filter of system calls of its own makes the kernel say so."""
import ctypes
import errno
import os
import platform
import struct
import sys

X86 = platform.machine() == "x86_64"
SECCOMP, PRCTL, UNSHARE = (317, 157, 272) if X86 else (277, 167, 97)
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000


def code(op, k, yes=0, no=0):
    return struct.pack("<HBBI", op, yes, no, k)


def refuse(call, error):
    return [code(LOAD, 0), code(EQUAL, call, 0, 1), code(RETURN, REFUSE | error)]


def refuse_first(call, argument, error):
    """When the first argument is this one."""
    return [code(LOAD, 0), code(EQUAL, call, 0, 3), code(LOAD, 16), code(EQUAL, argument, 0, 1),
            code(RETURN, REFUSE | error)]


PROGRAMS = {
    "landlock": sum((refuse(n, errno.ENOSYS) for n in (444, 445, 446)), []),
    "seccomp": refuse(SECCOMP, errno.EPERM) + refuse_first(PRCTL, PR_SET_SECCOMP, errno.EINVAL),
    "userns": refuse(UNSHARE, errno.EPERM),
}
program = b"".join(sum((PROGRAMS[w] for w in sys.argv[1].split(",")), []) + [code(RETURN, ALLOW)])
libc = ctypes.CDLL(None, use_errno=True)
filters = ctypes.create_string_buffer(program, len(program))
head = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(filters)))
for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, MODE_FILTER, ctypes.addressof(head), 0, 0)):
    if libc.prctl(*(ctypes.c_ulong(a) for a in call)):
        sys.exit(f"without.py: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[2], sys.argv[2:])
