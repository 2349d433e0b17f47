"""What a programme's page says of completion and agreement; groups and scholarships on the pages of people."""

from collections.abc import Callable

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.enums import Role, ScopeKind
from app.accounts.services import grant
from cohorts.queries import get_enrolment, get_programme
from cohorts.roster import read_roster
from cohorts.services import import_programme, import_roster
from cohorts.services.groups import ensure_group
from tests.integration.cohorts.world import EVERYWHERE, NOW, ROOT, World, document

Visit = Callable[..., FlaskClient]
NAMES = ("Құдайберген Әли", "Жасандыұлы Қанат", "Өрнекова Ұлжан")


def soup(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.data, "html5lib")


def words(answer: TestResponse) -> str:
    return " ".join(soup(answer).get_text(" ").split())


def test_people_are_found_by_their_group(world: World, visit: Visit) -> None:
    world.enrol(*NAMES)
    client = visit("coordinator")
    assert soup(client.get("/cohorts/kel-1/people")).select_one("select#group") is None, "no groups yet"
    group = ensure_group(world.session, cohort=world.cohort(), label="Topaz")
    get_enrolment(world.session, world.cohort(), 2).group = group
    world.session.flush()
    page = soup(client.get("/cohorts/kel-1/people?group=Topaz"))
    assert [row.get_text() for row in page.select("tbody th")] == ["Жасандыұлы Қанат"]
    assert page.select_one("select#group option[selected]").get_text() == "Topaz"  # type: ignore[union-attr]  # fails aloud
    marked = soup(client.get("/cohorts/kel-1/people/mark?scope=all&group=Topaz"))
    assert len(marked.select("input[name=number]")) == 1
    assert client.get("/cohorts/kel-1/people?group=nobody").status_code == 200


def test_somebody_without_an_iin_on_a_scholarship(world: World, visit: Visit) -> None:
    rows = read_roster((ROOT / "demo" / "rosters" / "diplomats.csv").read_bytes()).rows
    import_roster(world.session, cohort=world.cohort(), rows=rows, actor=None, now=NOW)
    shown = words(visit("coordinator").get("/cohorts/kel-1/people/1"))
    for part in ("Tajikistan", "400000017", "Scholarship", "нота № 1 (тест)", "решение № 1-С (тест)"):
        assert part in shown
    assert "400000017" not in words(visit("auditor").get("/cohorts/kel-1/people/1"))
    assert "Тәжікстан" in words(visit("coordinator", lang="kk").get("/cohorts/kel-1/people/1"))


def test_a_programme_says_what_completes_it_and_who_shares_its_agreement(world: World, visit: Visit) -> None:
    for name in ("um-2020", "kel-2024", "uae-future-leaders", "uae-youth-leaders", "empa"):
        import_programme(world.session, document=document(name), actor=None, now=NOW)
    client = visit("coordinator")
    um = words(client.get("/programmes/um-2020/"))
    assert "Submit the university development plan to the commission" in um
    assert "The commission accepted: the university development plan each organisation for its people" in um
    eulp = words(client.get("/programmes/eulp-2023/"))
    assert "Attended at least 80% of the half-days; an excused absence is left out of the count our inference" in eulp
    assert "April 2023 our inference: dates" in eulp
    assert "each group for its people" in eulp
    kel = words(client.get("/programmes/kel-2024/"))
    assert "Also called Kazakhstan Executive Leadership Program 2024; Executive Leaders Program" in kel
    assert "No condition is known" in kel
    family = soup(client.get("/programmes/kel-2024/")).select("section[aria-labelledby=h-agreement] a")
    assert [str(link["href"]).split("/")[2] for link in family] == [
        "uae-future-leaders",
        "uae-youth-leaders",
        "kel-now",
    ]
    assert "2 weeks in person, 4–5 weeks at a distance" in words(client.get("/programmes/empa/"))
    future = words(client.get("/programmes/uae-future-leaders/"))
    assert "No cohort yet" in future
    assert "under the President of the Republic of Kazakhstan our inference" in future


def test_a_family_is_shown_within_reach_only(world: World, visit: Visit) -> None:
    import_programme(world.session, document=document("kel-2024"), actor=None, now=NOW)
    programme = get_programme(world.session, EVERYWHERE, "kel-2024")
    user = world.users["of_programme"]
    grant(world.session, user=user, role=Role.COORDINATOR, scope=ScopeKind.PROGRAMME, scope_id=programme.id, now=NOW)
    page = soup(visit("of_programme").get("/programmes/kel-2024/"))
    assert page.select("section[aria-labelledby=h-agreement] a") == []
