"""Writes a Lambda function's package: a zip whose bytes depend on its content alone, so that an upload by content
hash uploads only what is new.

    make_package.py ARCHITECTURE BOOTSTRAP OUTPUT.zip [--rds-bundle FILE]
"""
import argparse
import hashlib
import json
import pathlib
import ssl
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEBIAN_ROOTS = pathlib.Path("/usr/share/ca-certificates/mozilla")
# Who AWS's certificates chain to: https://www.amazontrust.com/repository/
AMAZON_ROOTS = ["Amazon_Root_CA_1", "Amazon_Root_CA_2", "Amazon_Root_CA_3", "Amazon_Root_CA_4",
                "Starfield_Services_Root_Certificate_Authority_-_G2", "Starfield_Class_2_CA"]
MACHINES = {"x86_64": 62, "arm64": 183}  # e_machine
PT_INTERP = 3
EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip's earliest moment


class Refused(Exception):
    """What was given is not fit to ship; says why."""


def amazon_roots(folder=DEBIAN_ROOTS):
    """Each root's certificate, under the name by which OpenSSL looks for it in a directory: its subject's hash."""
    missing = [name for name in AMAZON_ROOTS if not (folder / f"{name}.crt").is_file()]
    if missing:
        raise Refused(f"{folder} lacks {', '.join(missing)}: Debian's package ca-certificates brings them")
    roots = {}
    for name in AMAZON_ROOTS:
        path = folder / f"{name}.crt"
        subject = subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", path], check=True, capture_output=True, text=True)
        roots[f"{subject.stdout.strip()}.0"] = f"# {name.replace('_', ' ')}\n{path.read_text().strip()}\n"
    if len(roots) != len(AMAZON_ROOTS):
        raise Refused("two of Amazon's roots have one subject")
    return roots


def certificates_in(text):
    """How many certificates a PEM text holds; OpenSSL reads each of them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=text)
    return len(context.get_ca_certs())


def rds_bundle(path):
    try:
        text = path.read_text()
        count = certificates_in(text)
    except (OSError, UnicodeDecodeError, ssl.SSLError, ValueError) as error:
        raise Refused(f"{path} is no bundle of certificates: {error}") from error
    if count == 0:
        raise Refused(f"{path} holds no certificate of an authority")
    return text


def check_static(image, architecture):
    """An executable of that architecture which needs no loader and no library."""
    if image[:5] != b"\x7fELF\x02":
        raise Refused("bootstrap is no 64-bit ELF executable")
    machine = int.from_bytes(image[18:20], "little")
    if machine != MACHINES[architecture]:
        raise Refused(f"bootstrap is for machine {machine}, {architecture} is {MACHINES[architecture]}")
    table, size, count = (int.from_bytes(image[a:b], "little") for a, b in ((32, 40), (54, 56), (56, 58)))
    if any(int.from_bytes(image[table + i * size:][:4], "little") == PT_INTERP for i in range(count)):
        raise Refused("bootstrap asks for a dynamic loader: it must be linked statically (a release build)")


def files_of(architecture, bootstrap, bundle):
    image = bootstrap.read_bytes()
    check_static(image, architecture)
    files = {"bootstrap": image, **{f"amazon-roots/{name}": text.encode() for name, text in amazon_roots().items()}}
    if bundle:
        files["global-bundle.pem"] = rds_bundle(bundle).encode()
    manifest = {"name": "aurora-restore-functions", "version": (ROOT / "VERSION").read_text().strip(),
                "architecture": architecture,
                "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}}
    files["manifest.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    return files


def write_zip(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whose modes Lambda keeps
            entry.external_attr = (0o100755 if name == "bootstrap" else 0o100644) << 16
            archive.writestr(entry, content)
    beside.replace(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("architecture", choices=sorted(MACHINES))
    parser.add_argument("bootstrap", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--rds-bundle", type=pathlib.Path)
    given = parser.parse_args()
    try:
        write_zip(given.output, files_of(given.architecture, given.bootstrap, given.rds_bundle))
    except (Refused, OSError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
