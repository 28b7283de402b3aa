"""`make fuzz`: looks for bytes that a target handles wrongly, guided by coverage (libFuzzer, by way of atheris).

python fuzz.py TARGET FOLDER [libFuzzer's options]: what reaches code that nothing before reached is kept in FOLDER,
which begins with the target's seeds and corpus/TARGET. Ends at the first finding, which it writes down.

python fuzz.py TARGET FOLDER --keep: the least of FOLDER that reaches what all of it reaches goes into corpus/TARGET.
"""

import hashlib
import shlex
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["perpetuo"]):
    from targets import MAX_BYTES, TARGETS

CORPUS = Path(__file__).parent / "corpus"


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    function, seeds = TARGETS[name]
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds():
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed[:MAX_BYTES])
    options, folders = sys.argv[3:], [folder, CORPUS / name]
    if options == ["--keep"]:
        options, folders = ["-merge=1"], [CORPUS / name, folder]
    options += [f"-max_len={MAX_BYTES}", f"-artifact_prefix={folder.parent}/{name}-"]
    # libFuzzer starts itself again, through a shell, to find out what to keep.
    command = shlex.join([sys.executable, __file__, name, str(folder)])
    atheris.Setup([command, *options, *map(str, folders)], function)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
