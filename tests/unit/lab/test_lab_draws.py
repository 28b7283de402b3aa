from perpetuo.lab.draws import between, digest, fraction


def test_the_same_parts_draw_the_same():
    assert digest(1, "a") == digest(1, "a") != digest(1, "b")


def test_parts_do_not_run_into_each_other():
    assert digest("ab", "c") != digest("a", "bc")


def test_fractions_spread_over_the_whole_interval():
    drawn = [fraction("seed", number) for number in range(2_000)]
    assert 0 <= min(drawn) < 0.01 and 0.99 < max(drawn) < 1
    assert 0.45 < sum(drawn) / len(drawn) < 0.55


def test_both_ends_of_a_range_are_drawn():
    assert {between(1, 3, number) for number in range(100)} == {1, 2, 3}
