"""The ground of a map, narrow or round the whole earth: land where cities are, sea between."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise

import pytest

from tracker.web.frame import POLE, TURN, WIDTH, Frame, frame_of
from tracker.web.mapsvg import ground, path_data

# Longitude and latitude, well inland, on every continent and on both sides of 180.
CITIES = {
    "Ottawa": (-75.7, 45.4), "Denver": (-105, 39.7), "Winnipeg": (-97.1, 49.9),
    "Fairbanks": (-147.7, 64.8), "Mexico City": (-99.1, 19.4), "Bogota": (-74.1, 4.7),
    "Manaus": (-60, -3.1), "Brasilia": (-47.9, -15.8), "La Paz": (-68.1, -16.5),
    "Asuncion": (-57.6, -25.3), "Cordoba": (-64.2, -31.4), "Madrid": (-3.7, 40.4),
    "Paris": (2.3, 48.9), "Warsaw": (21, 52.2), "Kyiv": (30.5, 50.4), "Moscow": (37.6, 55.8),
    "Timbuktu": (-3, 16.8), "Kano": (8.5, 12), "Khartoum": (32.5, 15.6), "Nairobi": (36.8, -1.3),
    "Kananga": (22.4, -5.9), "Lusaka": (28.3, -15.4), "Johannesburg": (28, -26.2),
    "Ankara": (32.9, 39.9), "Baghdad": (44.4, 33.3), "Riyadh": (46.7, 24.7), "Tehran": (51.4, 35.7),
    "Kabul": (69.2, 34.5), "Delhi": (77.2, 28.6), "Novosibirsk": (82.9, 55), "Urumqi": (87.6, 43.8),
    "Chengdu": (104.1, 30.7), "Ulan Bator": (106.9, 47.9), "Hanoi": (105.8, 21),
    "Yakutsk": (129.7, 62), "Harbin": (126.6, 45.8), "Alice Springs": (133.9, -23.7),
    "Broken Hill": (141.5, -32), "Anadyr's hills": (172, 67), "Chukotka": (-175, 67),
    "Fiji's Viti Levu": (178, -17.8),
}  # fmt: skip
SEAS = [
    (-40, 30), (-30, 0), (-20, -30), (-50, 45), (0, -45), (75, -10), (60, -35), (90, -45),
    (160, 30), (180, 10), (-140, 20), (-120, -20), (-160, -40), (-150, 45), (170, 45), (150, -48),
    (-25, 62), (3, 70), (-90, 25), (38, 20.5), (18, 34.5), (88, 14), (115, 14), (-178, 58),
]  # fmt: skip
PLACES: dict[str, list[tuple[float, float]]] = {
    "Mali": [(-3, 16.8), (-8, 12.6)],
    "Fiji": [(178, -17.5), (-179.9, -17.6)],
    "Bering": [(177.5, 64.7), (-150, 61.2)],
    "London and Sydney": [(-0.1, 51.5), (151.2, -33.9)],
    "New York and Tokyo": [(-74, 40.7), (139.7, 35.7)],
    "Kyiv, New York, Tokyo, Cape Town": [(30.5, 50.4), (-74, 40.7), (139.7, 35.7), (18.4, -33.9)],
    "Anchorage and Moscow": [(-149.9, 61.2), (37.6, 55.8)],
    "round the earth": [(-170, 60), (-80, -50), (-5, 0), (5, 10), (170, -45)],
    "from 180 to 180": [(-180, 10), (180, -10), (0, 70)],
}  # fmt: skip
HOME = {"Canada": (-141, -52), "Russia": (27, 191), "China": (73, 135), "Kazakhstan": (46, 88)}
"""The longitudes between which a country lies, and so its name."""
Ring = list[tuple[float, float]]


def rings(frame: Frame) -> list[Ring]:
    """Read the land as it is drawn: the path's steps added up."""
    found = []
    for path in path_data(ground(frame).land, closed=True).split("Z")[:-1]:
        numbers = [float(one) for one in re.findall(r"-?(?:\d+(?:\.\d+)?|\.\d+)", path)]
        found.append([*zip(accumulate(numbers[::2]), accumulate(numbers[1::2]), strict=True)])
    return found


def windings(x: float, y: float, ring: Ring) -> int:
    """Count how often a ring goes round a point, by the edges that pass east of it."""
    count = 0
    for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
        if (ay <= y) != (by <= y) and ax + (y - ay) * (bx - ax) / (by - ay) > x:
            count += 1 if by > ay else -1
    return count


def is_land(x: float, y: float, land: list[Ring]) -> bool:
    return any(windings(x, y, ring) for ring in land)


@pytest.mark.parametrize("name", PLACES)
def test_cities_stand_on_land_and_the_seas_are_empty(name: str) -> None:
    frame = frame_of(PLACES[name])
    assert frame is not None
    land = rings(frame)
    for city, (lon, lat) in CITIES.items():
        if frame.holds(lon, lat):
            assert is_land(*frame.point(lon, lat), land), f"{city} in the sea"
    for lon, lat in SEAS:
        if frame.holds(lon, lat):
            assert not is_land(*frame.point(lon, lat), land), f"land at {lon}, {lat}"


@pytest.mark.parametrize("name", PLACES)
def test_a_country_is_named_where_it_lies(name: str) -> None:
    frame = frame_of(PLACES[name])
    assert frame is not None
    for country, x, _ in ground(frame).countries:
        if country in HOME:
            lon, (west, east) = frame.west + x / frame.unit, HOME[country]
            assert any(west <= lon + turn <= east for turn in (-TURN, 0, TURN)), (country, lon)


@pytest.mark.parametrize("name", PLACES)
def test_no_line_runs_across_a_map(name: str) -> None:
    frame = frame_of(PLACES[name])
    assert frame is not None
    land = ground(frame)
    for line in (*land.borders, *land.rivers, *land.regions):
        longest = max(abs(bx - ax) for (ax, _), (bx, _) in pairwise(line))
        assert longest < max(30 * frame.unit, WIDTH / 2)  # the 49th parallel is one step of 28


def test_nothing_is_drawn_twice() -> None:
    frame = frame_of(PLACES["round the earth"])
    assert frame is not None
    assert frame.east - frame.west == pytest.approx(TURN)
    assert len({name for name, _, _ in ground(frame).countries}) == len(ground(frame).countries)
    for ring in rings(frame):
        assert all(-1 <= x <= WIDTH + 1 for x, _ in ring)


def test_the_ice_reaches_to_the_pole() -> None:
    frame = Frame(-180, -84, 180, 84)
    land = rings(frame)
    for lon in (-120, -90, 0, 50, 100, 150):
        assert is_land(*frame.point(lon, -83.5), land), lon
    for lon in range(-175, 180, 10):
        assert not is_land(*frame.point(lon, 83.9), land), lon


def test_a_pole_is_not_on_the_map_and_does_not_spoil_it() -> None:
    for at in (90.0, -90.0):
        frame = frame_of([(0.0, at)])
        assert frame is not None
        assert -POLE <= frame.south < frame.north <= POLE
        assert frame.east - frame.west <= TURN
        assert not frame.holds(0.0, at)
