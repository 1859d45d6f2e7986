"""``make demo``: prepare the site, connect it to the demo LMS, and serve both and a worker until stopped."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

from learn.app import create_app
from learn.extensions import db
from tests.lms import demo, staff

ROOT = Path(__file__).parents[2]
FRONTLINE = str(Path(sys.executable).parent / "frontline")
CLIENT_ID = "frontline-demo"
DEPLOYMENT_ID = "1"


def environment(port: int) -> dict[str, str]:
    """The demo's settings; what is set already wins."""
    chosen = {
        "FRONTLINE_BASE_URL": f"http://frontline.localhost:{port}",
        "FRONTLINE_CONTENT_URL": f"http://{{label}}.content.localhost:{port}",
        "FRONTLINE_DATA_DIR": str(ROOT / "var"),
    }
    return {**chosen, **os.environ}


def prepare(env: dict[str, str], lms_url: str) -> None:
    """Migrate, load the starter content, register the demo LMS and who does more; all of it may be done again."""
    platform = [
        "platform", "add", "--name", "NIHR Learn (demo)", "--issuer", lms_url, "--client-id", CLIENT_ID, "--deployment-id", DEPLOYMENT_ID,
        "--auth-url", f"{lms_url}/mod/lti/auth.php", "--token-url", f"{lms_url}/mod/lti/token.php", "--jwks-url", f"{lms_url}/mod/lti/certs.php",
    ]  # fmt: skip
    site = create_app(env)
    for command in (["db", "upgrade"], ["community", "load"], platform):
        run = site.test_cli_runner().invoke(args=command)
        if run.exit_code:
            raise SystemExit(run.output)
    with site.app_context():
        staff.add(lms_url, CLIENT_ID)
        db.session.remove()
        db.engine.dispose()


def administrator(env: dict[str, str]) -> str:
    """A one-time address, valid ten minutes, of somebody who runs the demo's site."""
    address = demo.STAFF["administrator"][-1]
    asked = [FRONTLINE, "user", "sign-in", address]
    return subprocess.run(asked, env=env, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()


def start(env: dict[str, str], port: int, lms_port: int, *lms_options: str) -> list[subprocess.Popen[bytes]]:
    """The three processes: the site, its worker, the demo LMS."""
    tool_url, lms_url = env["FRONTLINE_BASE_URL"], f"http://lms.localhost:{lms_port}"
    lms = [
        sys.executable, "-m", "tests.lms.demo", "--port", str(lms_port), "--base-url", lms_url, "--tool-url", tool_url,
        "--client-id", CLIENT_ID, "--deployment-id", DEPLOYMENT_ID, "--data", str(Path(env["FRONTLINE_DATA_DIR"]) / "demo-lms"),
        *lms_options,
    ]  # fmt: skip
    commands = ([FRONTLINE, "web", "--port", str(port)], [FRONTLINE, "worker"], lms)
    return [subprocess.Popen(command, env=env, cwd=ROOT) for command in commands]


def wait_until_served(port: int, lms_port: int) -> None:
    """Return when both answer, or stop with one line after a minute."""
    for name, url, host in (
        ("the site", f"http://127.0.0.1:{port}/healthz", f"frontline.localhost:{port}"),
        ("the demo LMS", f"http://127.0.0.1:{lms_port}/", f"lms.localhost:{lms_port}"),
    ):
        for _ in range(300):
            try:
                urlopen(Request(url, headers={"Host": host}), timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit(f"{name} does not answer at {url}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--lms-port", type=int, default=5001)
    asked = parser.parse_args()
    env = environment(asked.port)
    print("Preparing the database and the starter content …", flush=True)
    prepare(env, f"http://lms.localhost:{asked.lms_port}")
    processes = start(env, asked.port, asked.lms_port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        wait_until_served(asked.port, asked.lms_port)
        print(f"\n  Demo LMS   http://lms.localhost:{asked.lms_port}   (press “Launch as learner”, or as author)")
        print(f"  Frontline  {env['FRONTLINE_BASE_URL']}")
        print(
            f"  As an administrator, once within ten minutes:  {administrator(env)}\n\nStop with Ctrl+C.\n", flush=True
        )
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        raise SystemExit("A part of the demo stopped; its last lines are above.")
    except KeyboardInterrupt:
        pass
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)


if __name__ == "__main__":
    main()
