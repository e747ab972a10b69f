"""`make run`: the whole service on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from local import demo_chatbot
from local.dashboard import has_dashboard
from local.deploy import Clients, deploy, remember
from local.emulator import Emulator, log_to, prepare_environment
from local.environment import write_environment
from local.instance import Instance, listen, listen_remembered
from local.recover import recover
from local.saved import examine, make_private
from local.settings import HOST, STACK_NAME, Settings, StackError, from_environ

_STUCK_SECONDS = 15.0
_log = logging.getLogger("confab.local")


def main() -> int:
    """Start the stack, say how to use it, and stop it on a signal."""
    started = time.monotonic()
    try:
        settings = from_environ(os.environ)
        instance = Instance(settings.state)
        os.umask(0o077)
        instance.acquire()
        make_private(settings)
        found = examine(settings, datetime.now(UTC))
        public = listen(settings.port)
        internal = listen_remembered(settings.state / "emulator-port.json")
    except StackError as error:
        _complain(str(error))
        return 1
    base_url, endpoint = (f"http://{HOST}:{listener.getsockname()[1]}" for listener in (public, internal))
    instance.write(baseUrl=base_url, endpoint=endpoint, ready=False)
    log_to(settings.log_file)
    prepare_environment(os.environ, settings, internal.getsockname()[1])
    # Ctrl-C reaches every process of the terminal's group. Functions inherit this mask, so they finish what they
    # are doing and end when their emulator does; this process takes the signal from a thread.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    for line in found:
        _say(line)
    if instance.died or found:
        settings.to_recover.touch()
    service = Service(settings, instance, Emulator(public, internal), base_url, endpoint, started)
    return asyncio.run(service.run())


class Service:
    """One run: the emulator, what is set up in it, and the end of both."""

    def __init__(
        self, settings: Settings, instance: Instance, emulator: Emulator, base_url: str, endpoint: str, started: float
    ) -> None:
        self._settings = settings
        self._instance = instance
        self._emulator = emulator
        self._base_url = base_url
        self._endpoint = endpoint
        self._started = started
        self._code = 0

    async def run(self) -> int:
        """Serve until stopped; the process's exit code."""
        loop = asyncio.get_running_loop()
        shutdown = asyncio.Event()

        def stop() -> None:
            if not shutdown.is_set():
                shutdown.set()
                _after(_STUCK_SECONDS, self._leave)

        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop)
        _in_background("interrupts", lambda: self._await_interrupts(loop, stop))
        _in_background("set-up", lambda: self._set_up(loop, stop))
        await self._emulator.serve(shutdown)
        self._leave()
        return self._code

    def _await_interrupts(self, loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
        signal.sigwait({signal.SIGINT})
        _say("\nstopping")
        loop.call_soon_threadsafe(stop)
        signal.sigwait({signal.SIGINT})
        self._code = 130
        self._leave()

    def _set_up(self, loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
        try:
            clients = Clients(self._endpoint)
            deployment, changed = deploy(self._settings, clients, _say)
            self._emulator.gateway.api_id = deployment.api_id
            demo, told = demo_chatbot.ensure(self._settings.demo_file, self._base_url, self._endpoint, deployment.table)
            if told:
                _say(told)
            if changed or told is not None:
                self._emulator.save()
                remember(self._settings, deployment)
            self._instance.write(
                baseUrl=self._base_url,
                endpoint=self._endpoint,
                table=deployment.table,
                stack=STACK_NAME,
                ready=True,
            )
            shown = self._settings.dashboard and has_dashboard()
            link = demo_chatbot.sign_in_link(demo, self._endpoint, deployment.table) if shown else ""
            write_environment(self._settings, demo)
            _greet(demo, link, self._settings, time.monotonic() - self._started)
        except Exception as error:
            _log.exception("the start failed")
            what = str(error) if isinstance(error, StackError) else f"{type(error).__name__}: {error}"
            _complain(f"{what} (details in {self._settings.log_file})")
            self._code = 1
            loop.call_soon_threadsafe(stop)
            return
        if self._settings.to_recover.exists():
            self._recover()

    def _recover(self) -> None:
        try:
            _say(recover(self._endpoint, self._instance.record()["table"]))
            self._settings.to_recover.unlink()
        except Exception as error:
            # The service serves; what this leaves is named by the operator's command.
            _log.exception("what the run before had begun was not finished")
            _complain(f"not all of the last run was recovered ({type(error).__name__}): run `confab doctor`")

    def _leave(self) -> None:
        """End now: nothing that a library left running may keep the process, or its children, alive."""
        self._emulator.close()
        logging.shutdown()
        sys.stdout.flush()
        self._instance.release()
        os._exit(self._code)


def _greet(demo: dict[str, str], link: str, settings: Settings, seconds: float) -> None:
    message = '{"id":"m1","role":"user","content":"Where is my order? I am waiting!"}'
    dashboard = f"\nDashboard, signed in by this link once: {link}\n" if link else ""
    _say(
        f"""
Confab runs at {demo["baseUrl"]} (ready after {seconds:.1f} s). Try it:

curl -s {demo["baseUrl"]}/api/v1/capture -H 'authorization: Bearer {demo["apiKey"]}' \\
  -H 'content-type: application/json' -d '{{"conversationId":"hello-1","messages":[{message}]}}'

A few seconds later, read it with its judgement:

curl -s {demo["baseUrl"]}/api/v1/conversations/hello-1 -H 'authorization: Bearer {demo["adminKey"]}'
{dashboard}
Keys and ids: {settings.demo_file}, for a shell: . {settings.environment_file}
Log: {settings.log_file}   Sample conversations: make demo   Stop: Ctrl-C"""
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(f"confab: {text}\n")
    sys.stderr.flush()


def _in_background(name: str, work: Callable[[], None]) -> None:
    threading.Thread(target=work, name=name, daemon=True).start()


def _after(seconds: float, work: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    sys.exit(main())
