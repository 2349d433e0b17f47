"""How fast a cohort's 81 certificates are drawn, against the plain ReportLab way in the same run.

Run: ``python -m bench.certificates_drawing [ROUNDS]``. CPU time of this process; rounds alternate; medians are
compared.
The figure that counts includes preparing the renderer and the cohort's sheet; the warm one does not.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from statistics import median

from bench.floor import certificates as floor
from certificates import codes
from certificates.drawing.sheet import Renderer
from certificates.payload import Fact, Holder, Issuer, Payload, Signatory, Words

COHORT = 81
ROUNDS = 5
_VERIFY_BASE = "https://certs.example.kz/verify/"
_SURNAMES = (
    ("Үлгібеков", "Ulgibekov"),
    ("Сынақов", "Synaqov"),
    ("Байқауұлы", "Baiqauuly"),
    ("Тәжірибеғалиев", "Tazhiribegaliyev"),
    ("Мысалова", "Mysalova"),
    ("Һашымова", "Hashymova"),
    ("Өрнекбаева", "Ornekbayeva"),
    ("Іңкәрова", "Inkarova"),
    ("Цой", "Tsoi"),
)
_GIVEN = (
    ("Ғалым", "Galym"),
    ("Әсем", "Asem"),
    ("Қуаныш", "Kuanysh"),
    ("Жәнібек", "Zhanibek"),
    ("Шыңғыс", "Shyngys"),
    ("Юлия", "Yuliya"),
    ("Мұхаммедәли", "Mukhammedali"),
    ("Үміт", "Umit"),
    ("Эльвира", "Elvira"),
)


def example(index: int) -> Payload:
    """Return one of up to 81 payloads with names of their own, all of one cohort; nobody real."""
    surname, given = _SURNAMES[index % len(_SURNAMES)], _GIVEN[index // len(_SURNAMES) % len(_GIVEN)]
    number, code = f"EL-2024-{index + 1:06d}", codes.new_code(index.to_bytes(4, "big") * 4)
    name = f"{surname[0]} {given[0]}"
    return Payload(
        number=number,
        control_code=codes.control_code(b"key of the benchmark", number, code),
        verify_base=_VERIFY_BASE,
        code=code,
        holder=Holder(name, name, f"{surname[1]} {given[1]}"),
        programme=Words(
            "«Басшы кадрларды даярлаудың үлгілік бағдарламасы – 2024»",
            "«Типовая программа подготовки руководителей – 2024»",
            "“Model Executive Leadership Programme 2024”",
        ),
        issuers=(
            Issuer(
                Words(
                    "Үлгі мемлекеттік басқару академиясы",
                    "Типовая академия государственного управления",
                    "Model Academy of Public Administration",
                ),
                "А",
            ),
            Issuer(Words("Сынақ үкімет мектебі", "Пробная школа правительства", "Trial School of Government"), "TS"),
        ),
        signatories=(
            Signatory(Words(), Words("Академия ректоры", "Ректор Академии", "Rector of the Academy")),
            Signatory(
                Words(),
                Words("Үкімет мектебінің деканы", "Декан Школы правительства", "Dean of the School of Government"),
            ),
        ),
        facts=(
            Fact("place", Words("Астана, Абу-Даби", "Астана, Абу-Даби", "Astana, Abu Dhabi")),
            Fact("hours", Words("120 академиялық сағат", "120 академических часов", "120 academic hours")),
            Fact("issued", Words("2024 жылғы 5 шілде", "5 июля 2024 года", "5 July 2024")),
        ),
        presenter=Words(),
        specimen=True,
    )


def cohort() -> list[Payload]:
    """Return the 81 payloads."""
    return [example(index) for index in range(COHORT)]


Way = Callable[[list[Payload]], None]


def naive(payloads: list[Payload]) -> None:
    """Draw each file the plain way."""
    for payload in payloads:
        floor.draw(payload)


def naive_fonts_kept(payloads: list[Payload]) -> None:
    """Draw each file the plain way, with fonts registered once."""
    for payload in payloads:
        floor.draw(payload, fonts_kept=True)


def ours(payloads: list[Payload]) -> None:
    """Prepare a renderer and draw each file."""
    ours_kept(Renderer(), payloads)


def ours_kept(renderer: Renderer, payloads: list[Payload]) -> None:
    """Draw each file with a renderer that is kept."""
    for payload in payloads:
        renderer.render(payload)


def one_pdf(renderer: Renderer, payloads: list[Payload]) -> None:
    """Draw all as one document."""
    renderer.render_many(payloads, BytesIO())


def cpu(way: Way, payloads: list[Payload]) -> float:
    """Return the seconds of processor time that a way took."""
    start = time.process_time()
    way(payloads)
    return time.process_time() - start


def measure(rounds: int = ROUNDS) -> list[tuple[str, float, str]]:
    """Return the figures: name, value, unit."""
    payloads = cohort()
    kept = Renderer()
    for warm_up in (naive, naive_fonts_kept, ours):
        warm_up(payloads[:2])
    kept.render(payloads[0])
    ways: dict[str, Way] = {
        "naive": naive,
        "naive_fonts_kept": naive_fonts_kept,
        "cold": ours,
        "warm": partial(ours_kept, kept),
        "one_pdf": partial(one_pdf, kept),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            seconds[name].append(cpu(way, payloads))
    each = {name: median(values) / COHORT * 1000 for name, values in seconds.items()}
    return [
        *((f"certificates_drawing_{name}_each", value, "ms") for name, value in each.items()),
        ("certificates_drawing_file_size", len(kept.render(payloads[0])) / 1024, "KiB"),
        ("certificates_drawing_naive_file_size", len(floor.draw(payloads[0])) / 1024, "KiB"),
        ("certificates_drawing_warm_speedup", each["naive"] / each["warm"], "x"),
        ("certificates_drawing_speedup_fonts_kept", each["naive_fonts_kept"] / each["cold"], "x"),
        ("certificates_drawing_speedup", each["naive"] / each["cold"], "x"),
    ]


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    for name, value, unit in measure(rounds):
        print(f"{name} {value:.2f} {unit}")


if __name__ == "__main__":
    main()
