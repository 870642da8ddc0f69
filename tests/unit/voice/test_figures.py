"""What a voice process tells Prometheus."""

from worker.voice.figures import Figures


def test_first_sounds_are_counted_up_to_each_bound() -> None:
    figures = Figures()
    for seconds in (0.02, 0.025, 0.12, 9.0):
        figures.first_sound(seconds)

    text = figures.text(calls=3)

    buckets = [line.rpartition(" ")[2] for line in text.splitlines() if "first_sound_seconds_bucket" in line]
    assert buckets == ["2", "2", "2", "3", "3", "3", "3", "3", "4"]
    assert "callbeat_voice_first_sound_seconds_count 4\n" in text
    assert "callbeat_voice_calls 3\n" in text


def test_ends_are_counted_by_their_kind() -> None:
    figures = Figures()
    figures.ends.update(["said", "key", "said"])

    lines = figures.text(calls=0).splitlines()

    assert 'callbeat_voice_ends_total{finish="said"} 2' in lines
    assert 'callbeat_voice_ends_total{finish="key"} 1' in lines
