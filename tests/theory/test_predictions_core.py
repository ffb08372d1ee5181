"""Closed-form predictions: the published numbers of one setting, and properties at others."""

import numpy as np
import pytest

from platformsim.theory import (
    bass,
    birth_death,
    choice_chain,
    congestion,
    gibbs,
    katz_shapiro,
    lock_in,
    multinomial,
    network_goods,
    social_interactions,
    strategy_game,
    thresholds,
    tipping,
    two_sided,
    urns,
    value_laws,
)

SETTING = {
    "bass": {"p": 0.03, "q": 0.38, "N": 10000, "dt": 1.0, "t": [5, 10, 15], "N_ssa": 1000},
    "binary": {
        "beta": 1.0, "J": 1.5, "h": 0.05, "N": 20000, "sweep": 0.0002, "N_small": 100,
        "N_tip": 16, "N_crit": 400,
    },
    "multinomial": {
        "V": 0.0, "J3": 2.78, "Va": [0.2, 0.0], "Ja": 3.0, "N": 20000, "gibbs": [10, 2.0],
        "alpha": 0.3,
    },
    "arthur": {
        "aR": 2.0, "bR": 1.0, "r": 0.15, "aS": 0.8, "bS": 2.0, "s": 0.25, "pi": 0.5, "a": 2,
        "b": 1, "c": 1, "n": 1000, "gam": 2.0, "x0": 3, "y0": 2,
    },
    "network_good": {
        "v": 1.0, "p": 0.2, "N": 100000, "k": 0.1, "delta": 1.0, "pe": 0.2, "A": 1.0, "n": 2,
        "mu": 0.5, "B": 0.6,
    },
    "armstrong": {
        "a": (0.4, 0.6), "t": (1.0, 0.8), "f": (0.5, 0.3), "dp": (0.1, -0.05),
        "bot": {"a": (0.5, 0.7), "t": (1.0, 0.8)}, "rt": ((1.0, 0.8), (1.0, 0.8), 0.2),
    },
    "granovetter": {"mu": 0.25, "N": 100000, "s1": 0.1, "s2": 0.3},
    "values": {"n1": 500, "n2": 1000, "plink": 0.05},
    "game": {
        "pay": (5, 1, 3, 2), "lam": 4.0, "N_small": 40, "lam2": 1.0, "w": 0.3, "k0": 15,
        "p0": 0.5, "p1": 0.9, "kappa": 0.1, "steps": 15,
    },
}  # fmt: skip


def of_bass():
    s = SETTING["bass"]
    p, q, dt, times = s["p"], s["q"], s["dt"], s["t"]
    top = bass.peak(p, q)
    paths = {form: bass.adoption_path(max(times), p, q, dt, form) for form in bass.FORMS}
    busiest, most = bass.busiest_step(p, q, dt, "linear")
    half = bass.adopter_time(s["N_ssa"] // 2, s["N_ssa"], p, q)
    return {
        "bass.tpeak": top.time,
        "bass.Fpeak": top.share,
        "bass.ratepeak": top.rate,
        "bass.t50": bass.time_to_share(0.5, p, q),
        "bass.F_cont": bass.adopted_share(np.array(times), p, q),
        "bass.F_lin": paths["linear"].share[times],
        "bass.F_exp": paths["exponential"].share[times],
        "bass.sd_exp": np.sqrt(paths["exponential"].scaled_variance[times] / s["N"]),
        "bass.peakstep_lin": busiest,
        "bass.peakinc_lin": most,
        "bass.ssa_Ethalf": half.mean,
        "bass.ssa_sdthalf": half.sd,
    }


def of_binary():
    s = SETTING["binary"]
    beta, j, n = s["beta"], s["J"], s["N"]
    si = social_interactions
    roots, m = si.mean_choices(j, s["h"], beta), si.mean_choices(j, 0.0, beta)[-1]
    small = {
        own: birth_death.choice_moments(
            birth_death.stationary_law(birth_death.binary_turns(s["N_small"], j, 0.0, beta, own))
        )
        for own in (True, False)
    }
    critical = birth_death.stationary_law(
        birth_death.binary_turns(s["N_crit"], 1 / beta, 0.0, beta)
    )
    return {
        "bin.betaJ": beta * j,
        "bin.m_h0": m,
        "bin.m_roots": roots,
        "bin.slope": si.slope(roots, j, beta),
        "bin.h_spin": si.spinodal_field(j, beta),
        "bin.hyst_width": si.hysteresis_width(j, beta),
        "bin.h_switch_rate": si.switch_field(s["sweep"], j, beta),
        "bin.sd_sync": si.choice_sd(m, n, j, beta),
        "bin.sd_async": si.choice_sd(m, n, j, beta, revision=0.0),
        "bin.bias_sync": si.mean_bias(m, n, j, beta),
        "bin.period2": congestion.cycle_amplitude(-j, beta),
        "bin.period2_half": congestion.cycle_amplitude(-j, beta, revision=0.5),
        "bin.alpha_c": congestion.critical_revision(-j, beta),
        "bin.Eabs_inc": small[True].absolute,
        "bin.Em2_inc": small[True].square,
        "bin.Eabs_exc": small[False].absolute,
        "bin.Em2_exc": small[False].square,
        "bin.mfpt": birth_death.tipping_sweeps(s["N_tip"], j, 0.0, beta),
        "bin.crit_limit": si.critical_second_moment(),
        "bin.crit_exact": np.sqrt(s["N_crit"]) * birth_death.choice_moments(critical).square,
    }


def of_multinomial():
    s = SETTING["multinomial"]
    v, found = s["V"], {}
    for platforms in (2, 3):
        for name, outside in (("noout", None), ("out", 0.0)):
            where = f"P{platforms}_{name}"
            found[f"mnl.Jc_{where}"] = tipping.tipping_threshold(platforms, v, outside)
            found[f"mnl.Jex_{where}"] = tipping.tipped_onset(platforms, v, outside)
    three = multinomial.up_to_relabelling(multinomial.fixed_points(np.full(3, v), s["J3"]))
    two = multinomial.fixed_points(s["Va"], s["Ja"], 0.0)
    turn = multinomial.share_covariance(two[0], s["Ja"], 1, revision=0.0)
    both = multinomial.share_covariance(two[0], s["Ja"], s["N"])
    some = multinomial.share_covariance(two[0], s["Ja"], s["N"], revision=s["alpha"])
    law = gibbs.gibbs_law(s["gibbs"][0], s["Va"], s["gibbs"][1], 0.0)
    strengths = [factor * found["mnl.Jc_P2_out"] for factor in (0.9, 1.1)]
    sd = np.sqrt(np.diag(both))
    return found | {
        "mnl.maxwell_P3": tipping.maxwell_strength(3),
        "mnl.tricritical_V": tipping.tricritical_value(),
        "mnl.P3_states": three,
        "mnl.P3_lambda": [multinomial.eigenvalues(x, s["J3"])[0] for x in three],
        "mnl.asym_states": two,
        "mnl.asym_lambda": [multinomial.eigenvalues(x, s["Ja"])[0] for x in two],
        "mnl.Ncov_async": [turn[0, 0], turn[1, 1], turn[0, 1]],
        "mnl.sdsync": [*sd, both[0, 1] / sd.prod()],
        "mnl.sd_alpha": np.sqrt(np.diag(some)),
        "mnl.gibbs_shares": law.mean_share,
        "mnl.gibbs_lead": law.lead_chance(),
        "mnl.lam_at": [
            j * float(multinomial.symmetric_shares(2, v, j, 0.0).item()) for j in strengths
        ],
    }


def of_arthur():
    s = SETTING["arthur"]
    types = (s["aR"], s["bR"], s["r"], s["aS"], s["bS"], s["s"])
    walls = lock_in.barriers(*types)
    time = lock_in.lock_in_time(s["pi"], *walls)
    start = [s["a"], s["b"]]
    limit = urns.limit_share(start, s["c"])
    return {
        "art.barriers": walls,
        "art.PA": lock_in.chance_of_a(s["pi"], *walls),
        "art.ET": time.mean,
        "art.sdT": time.sd,
        "art.PA_continuum": lock_in.continuum_chance_of_a(*types),
        "polya.mean": limit.mean[0],
        "polya.sd_limit": limit.sd[0],
        "polya.sd_n": urns.share_after(s["n"], start, s["c"]).sd[0],
        "polya.q10_50_90": urns.limit_quantiles([0.1, 0.5, 0.9], start, s["c"])[:, 0],
        "polya.monopoly": urns.monopoly_chance(s["x0"], s["y0"], s["gam"]),
    }


def of_network_goods():
    s = SETTING["network_good"]
    ng, ks = network_goods, katz_shapiro
    rohlfs = ng.network_sizes(s["p"], 0.0, s["v"])
    smallest, dearest = ng.demand_peak(s["k"], s["delta"])
    line, curve = ks.linear_externality(s["mu"]), ks.saturating_externality(s["B"])
    apart, whole = (
        ks.incompatible_output(s["A"], s["n"], curve),
        ks.compatible_output(s["A"], s["n"], curve),
    )
    return {
        "ng.n_minus": rohlfs.critical,
        "ng.n_plus": rohlfs.stable,
        "ng.pmax": ng.demand_peak(0.0, s["v"])[1],
        "ng.slope": ng.size_slope(rohlfs.stable, 0.0, s["v"]),
        "ng.sd_plus": ng.size_sd(rohlfs.stable, s["N"], 0.0, s["v"]),
        "eh.n0": smallest,
        "eh.pmax": dearest,
        "eh.roots": ng.network_sizes(s["pe"], s["k"], s["delta"]),
        "ks.x_incomp_lin": ks.incompatible_output(s["A"], s["n"], line),
        "ks.z_comp_lin": ks.compatible_output(s["A"], s["n"], line),
        "ks.x_incomp": apart,
        "ks.z_comp": whole,
        "ks.x_monop": ks.incompatible_output(s["A"], 1, curve),
        "ks.profit_incomp": apart**2,
        "ks.profit_comp": (whole / s["n"]) ** 2,
    }


def of_two_sides():
    s = SETTING["armstrong"]
    ts, a, t = two_sided, s["a"], s["t"]
    prices, profit = ts.single_homing(a, t, s["f"])
    b_a, b_t = s["bot"]["a"], s["bot"]["t"]
    (p1, p2), joined, earned = ts.bottleneck(b_a, b_t)
    sold = ts.transaction_monopoly(*s["rt"])
    return {
        "arm.p1": prices[0],
        "arm.p2": prices[1],
        "arm.profit": profit,
        "arm.cond": ts.conditions(a, t),
        "arm.eig": ts.participation_rate(a, t),
        "arm.n_dev": ts.participation(a, t, s["dp"]),
        "bot.n2": joined,
        "bot.p2": p2,
        "bot.p1": p1,
        "bot.profit": earned,
        "bot.cond": ts.bottleneck_conditions(b_a, b_t),
        "bot.p1_utility": ts.bottleneck(b_a, b_t, rival_holds="utilities").prices[0],
        "rt.pB_pS": sold.prices,
        "rt.margin": sold.margin,
        "rt.volume": sold.volume,
        "rt.profit": sold.profit,
    }


def of_thresholds():
    s = SETTING["granovetter"]
    spread, share = thresholds.critical_spread(s["mu"])
    chain = np.arange(100)
    found = {
        "gra.sigma_c": spread,
        "gra.r_c": share,
        "gra.uniform100": thresholds.cascade_size(chain),
        "gra.uniform100_mod": thresholds.cascade_size(np.where(chain == 1, 2, chain)),
    }
    for key in ("s1", "s2"):
        rest = thresholds.participation_from_nobody(s["mu"], s[key])
        found[f"gra.{key}.fixedpoints"] = thresholds.participation_states(s["mu"], s[key])
        found[f"gra.{key}.r0"] = rest
        found[f"gra.{key}.sd"] = thresholds.participation_sd(rest, s["mu"], s[key], s["N"])
    return found


def of_values():
    s = SETTING["values"]
    n1, n2 = s["n1"], s["n2"]

    def slope(law, *more):
        return value_laws.log_slope(n1, n2, law(n1, *more), law(n2, *more))

    return {
        "val.sarnoff_slope": slope(value_laws.sarnoff_value),
        "val.odlyzko_slope": slope(value_laws.odlyzko_value),
        "val.zipf_slope": slope(value_laws.zipf_value),
        "val.metcalfe_slope": slope(value_laws.metcalfe_value, s["plink"]),
        "val.reed_log2diff": value_laws.reed_log2_value(n2) - value_laws.reed_log2_value(n1),
        "val.merge_metcalfe": value_laws.metcalfe_interconnection(n1, n2),
        "val.merge_odlyzko": [
            value_laws.odlyzko_interconnection(n1, n2),
            value_laws.odlyzko_interconnection(n2, n1),
        ],
    }


def of_the_game():
    s = SETTING["game"]
    game, sg = s["pay"], strategy_game
    return {
        "gm.p_mixed": sg.mixed_equilibrium(game),
        "gm.basin_open": sg.open_basin(game),
        "gm.qre": sg.quantal_responses(game, s["lam"]),
        "gm.lam_c": sg.multiplicity_precision(game),
        "gm.stat_open": sg.stationary_open(s["N_small"], game, s["lam2"]),
        "gm.fix_fermi": sg.fixation_chance(s["k0"], s["N_small"], game, s["w"]),
        "gm.rep_time": sg.replicator_time(s["p0"], s["p1"], game),
        "gm.rep_map": sg.imitation_path(s["p0"], s["steps"], game, s["kappa"])[-1],
    }


TABLE = """
bass.tpeak 6.192619
bass.Fpeak 0.460526
bass.ratepeak 0.110592
bass.t50 6.550189
bass.F_cont 0.331199 0.812803 0.971610
bass.F_lin 0.272907 0.782643 0.978160
bass.F_exp 0.261068 0.729837 0.953234
bass.sd_exp 0.0075128 0.00881552 0.00289495
bass.peakstep_lin 8.000000
bass.peakinc_lin 0.110481
bass.ssa_Ethalf 6.562342
bass.ssa_sdthalf 0.318050
bin.betaJ 1.500000
bin.m_h0 0.858560
bin.m_roots -0.833925 -0.100685 0.878010
bin.slope 0.456853 1.484794 0.343647
bin.h_spin 0.207546
bin.hyst_width 0.415093
bin.h_switch_rate 0.217149
bin.sd_sync 0.00394508
bin.sd_async 0.00465839
bin.bias_sync -1.30487e-05
bin.period2 0.858560
bin.period2_half 0.000000
bin.alpha_c 0.800000
bin.Eabs_inc 0.854379
bin.Em2_inc 0.734698
bin.Eabs_exc 0.854329
bin.Em2_exc 0.734640
bin.mfpt 75.854601
bin.crit_limit 1.170829
bin.crit_exact 1.195096
mnl.Jc_P2_noout 2.000000
mnl.Jex_P2_noout 2.000000
mnl.Jc_P2_out 2.367879
mnl.Jex_P2_out 2.367879
mnl.Jc_P3_noout 3.000000
mnl.Jex_P3_noout 2.745644
mnl.Jc_P3_out 3.367879
mnl.Jex_P3_out 3.059656
mnl.maxwell_P3 2.772589
mnl.tricritical_V -1.287682
mnl.P3_states 0.676811 0.161595 0.161595 0.489060 0.255470 0.255470 0.333333 0.333333 0.333333
mnl.P3_lambda 0.912137 1.042001 0.926667
mnl.asym_states 0.888737 0.0606812 0.306600 0.593343 0.134781 0.791570
mnl.asym_lambda 0.407383 1.228276 0.750590
mnl.Ncov_async 0.162865 0.0876551 -0.0968384
mnl.sdsync 0.00242186 0.00181202 -0.757551
mnl.sd_alpha 0.00275977 0.00203223
mnl.gibbs_shares 0.559797 0.298747
mnl.gibbs_lead 0.682120
mnl.lam_at 0.882968 1.119609
art.barriers 5.000000 7.000000
art.PA 0.583333
art.ET 35.000000
art.sdT 28.982753
art.PA_continuum 0.581395
polya.mean 0.666667
polya.sd_limit 0.235702
polya.sd_n 0.235350
polya.q10_50_90 0.316228 0.707107 0.948683
polya.monopoly 0.803336
ng.n_minus 0.276393
ng.n_plus 0.723607
ng.pmax 0.250000
ng.slope 0.381966
ng.sd_plus 0.00228825
eh.n0 0.450000
eh.pmax 0.302500
eh.roots 0.129844 0.770156
ks.x_incomp_lin 0.400000
ks.z_comp_lin 1.000000
ks.x_incomp 0.389385
ks.z_comp 0.850510
ks.x_monop 0.614143
ks.profit_incomp 0.151620
ks.profit_comp 0.180842
arm.p1 0.900000
arm.p2 0.700000
arm.profit 0.400000
arm.cond 2.200000 0.560000
arm.eig 0.547723
arm.n_dev 0.446429 0.491071
bot.n2 0.375000
bot.p2 0.05
bot.p1 0.518750
bot.profit 0.278125
bot.cond 3.560000 0.450000
bot.p1_utility 0.737500
rt.pB_pS 0.466667 0.266667
rt.margin 0.533333
rt.volume 0.355556
rt.profit 0.189630
gra.sigma_c 0.122221
gra.r_c 0.0620033
gra.s1.fixedpoints 0.00769551 0.143549 1.000000
gra.s1.r0 0.00769551
gra.s1.sd 0.000350612
gra.s2.fixedpoints 0.993394
gra.s2.r0 0.993394
gra.s2.sd 0.000273031
gra.uniform100 100.000000
gra.uniform100_mod 1.000000
val.sarnoff_slope 1.000000
val.odlyzko_slope 1.152554
val.zipf_slope 1.140314
val.metcalfe_slope 2.001445
val.reed_log2diff 500.000000
val.merge_metcalfe 500000.000000
val.merge_odlyzko 549.306144 405.465108
gm.p_mixed 0.333333
gm.basin_open 0.666667
gm.qre 0.0237865 0.234955 0.999663
gm.lam_c 3.112974
gm.stat_open 0.797777
gm.fix_fermi 0.533565
gm.rep_time 2.052595
gm.rep_map 0.785681
"""
EXPECTED = {key: values for key, *values in map(str.split, TABLE.strip().splitlines())}
SECTIONS = (
    of_bass, of_binary, of_multinomial, of_arthur, of_network_goods, of_two_sides, of_thresholds,
    of_values, of_the_game,
)  # fmt: skip


@pytest.fixture(scope="module")
def predictions():
    return {key: value for section in SECTIONS for key, value in section().items()}


def last_digit(printed: str) -> float:
    mantissa, _, exponent = printed.partition("e")
    places = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - places)


@pytest.mark.parametrize("key", EXPECTED)
def test_number(predictions, key):
    found = np.ravel(predictions[key])
    assert len(found) == len(EXPECTED[key])
    for value, printed in zip(found, EXPECTED[key], strict=True):
        assert abs(value - float(printed)) <= 0.51 * last_digit(printed)


def test_every_prediction_is_checked(predictions):
    assert set(predictions) == set(EXPECTED)


# -- properties at other parameters ----------------------------------------------------------


@pytest.mark.parametrize("form", bass.FORMS)
def test_smaller_steps_halve_the_distance_to_the_bass_curve(form):
    def gap(step):
        path = bass.adoption_path(round(8 / step), 0.02, 0.5, step, form)
        return path.share[-1] - bass.adopted_share(8.0, 0.02, 0.5)

    assert gap(0.01) / gap(0.005) == pytest.approx(2, abs=0.02)


def test_bass_away_from_its_textbook_case():
    assert np.isnan(bass.peak(0.4, 0.3)).all()
    assert bass.adopted_share(bass.time_to_share(0.7, 0.1, 0.0), 0.1, 0.0) == pytest.approx(0.7)
    assert bass.busiest_step(0.4, 0.3, 1.0, "linear") == (1.0, pytest.approx(0.4))
    assert bass.adopter_time(3, 3, 0.5, 0.0).mean == pytest.approx(2 * (1 / 3 + 1 / 2 + 1))
    with pytest.raises(ValueError, match="linear hazard"):
        bass.adoption_path(3, 0.6, 0.5, 1.0, "linear")


def test_most_adopters_come_in_the_step_that_the_path_shows():
    for p, q, step in ((0.01, 0.4, 0.5), (0.002, 0.6, 1.0), (0.05, 0.1, 2.0)):
        new = np.diff(bass.adoption_path(60, p, q, step).share)
        assert bass.busiest_step(p, q, step) == (new.argmax() + 1, pytest.approx(new.max()))


@pytest.mark.parametrize(
    ("coupling", "field", "precision", "count"),
    [(0.5, 0.0, 1.0, 1), (1.0, 0.0, 1.0, 1), (0.6, 0.1, 2.0, 1), (0.6, 0.01, 2.0, 3),
     (3.0, 0.2, 10.0, 3), (1.5, 0.3, 1.0, 1), (-4.0, 0.3, 1.0, 1), (1.5, 0.207, 1.0, 3)],
)  # fmt: skip
def test_mean_choices_are_at_rest(coupling, field, precision, count):
    roots = social_interactions.mean_choices(coupling, field, precision)
    assert len(roots) == count
    np.testing.assert_allclose(roots, np.tanh(precision * (field + coupling * roots)), atol=1e-14)
    if count == 3:
        stable = social_interactions.slope(roots, coupling, precision) < 1
        assert stable.tolist() == [True, False, True]
    np.testing.assert_allclose(
        social_interactions.mean_choices(coupling, -field, precision), -roots[::-1], atol=1e-12
    )


def test_without_enough_feedback_nothing_jumps():
    assert social_interactions.hysteresis_width(0.4, 2.0) == 0.0
    assert np.isnan(social_interactions.switch_field(1e-4, 0.4, 2.0))
    assert congestion.critical_revision(1.5) == np.inf
    assert congestion.cycle_amplitude(-0.9) == 0.0
    assert np.isnan(social_interactions.choice_sd(0.0, 100, 1.5))


def test_the_switch_comes_where_the_swept_map_jumps():
    coupling, precision, sweep, revision = 1.1, 1.8, 1e-6, 0.5
    h, m = 0.0, 1.0
    h = -social_interactions.spinodal_field(coupling, precision) + 0.01
    for _ in range(200):
        m += revision * (social_interactions.mean_response(m, coupling, h, precision) - m)
    while m > 0:
        h -= sweep
        m += revision * (np.tanh(precision * (h + coupling * m)) - m)
    expected = social_interactions.switch_field(sweep, coupling, precision, revision)
    lag = expected - social_interactions.spinodal_field(coupling, precision)
    assert abs(-h - expected) < 0.1 * lag


def test_a_cycle_returns_after_two_steps():
    coupling, precision, revision = -1.3, 1.7, 0.8
    m = congestion.cycle_amplitude(coupling, precision, revision)
    after = (1 - revision) * m + revision * np.tanh(precision * coupling * m)
    assert m > 0.1
    assert after == pytest.approx(-m, abs=1e-12)


@pytest.mark.parametrize("count_self", [True, False])
def test_both_chains_agree(count_self):
    n, coupling, field, precision = 9, 0.8, -0.1, 1.3
    turns = birth_death.binary_turns(n, coupling, field, precision, count_self)
    values = np.array([0.0, 2 * precision * field])
    states, turn = choice_chain.turn_matrix(
        n, values, 2 * precision * coupling, np.ones(2), count_self
    )
    law = birth_death.stationary_law(turns)
    np.testing.assert_allclose(choice_chain.stationary_law(turn), law[states[:, 1]], atol=1e-12)
    for start, target in ((0, 6), (8, 2)):
        inside = states[:, 1] < target if start < target else states[:, 1] > target
        block = np.eye(inside.sum()) - turn[np.ix_(inside, inside)]
        waits = np.linalg.solve(block, np.ones(inside.sum()))
        expected = waits[states[inside][:, 1] == start][0]
        assert birth_death.first_passage_turns(turns, start, target) == pytest.approx(expected)


def test_gibbs_law_is_that_of_the_chain():
    n, values, strength = 5, np.array([0.4, -0.2, 0.1]), 1.7
    states, turn = choice_chain.turn_matrix(
        n, np.append(values, -0.3), strength, [1, 1, 1, 0], count_self=False
    )
    law = gibbs.gibbs_law(n, values, strength, -0.3)
    np.testing.assert_array_equal(law.counts, states[:, :3])
    np.testing.assert_allclose(law.chance, choice_chain.stationary_law(turn), atol=1e-12)
    everyone = gibbs.gibbs_law(n, values, strength)
    assert everyone.mean_share.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("values", "strength", "outside", "count"),
    [([0, 0], 1.9, None, 1), ([0, 0], 2.1, None, 3), ([0, 0, 0], 2.7, None, 1),
     ([0, 0, 0], 2.75, None, 7), ([0, 0, 0], 3.2, None, 7), ([0.0] * 4, 5.0, None, 15),
     ([0, 0], 6.0, 2.5, 5), ([1.0, 0.5], -3.0, 0.0, 1), ([1.0, 0.5], 0.0, 0.0, 1),
     ([0.3, 0], 40.0, 0.0, 3), ([-2.0], 5.0, 0.0, 1), ([-2.5], 5.0, 0.0, 3)],
)  # fmt: skip
def test_states_of_rest(values, strength, outside, count):
    states = multinomial.fixed_points(values, strength, outside)
    assert len(states) == count
    for state in states:
        after = multinomial.share_response(state, values, strength, outside)
        np.testing.assert_allclose(after, state, atol=1e-12)


def test_no_state_of_rest_is_missed():
    rng = np.random.default_rng(5)
    for _ in range(12):
        values, strength = rng.normal(0, 0.5, 2), rng.uniform(1.5, 7)
        outside = rng.normal() if rng.random() < 0.5 else None
        states = multinomial.fixed_points(values, strength, outside)
        assert len(states) % 2 == 1
        for share in rng.dirichlet(np.ones(3), 10)[:, :2]:
            for _ in range(600):
                share = multinomial.share_response(share, values, strength, outside)
            assert np.abs(states - share).max(axis=1).min() < 1e-6


@pytest.mark.parametrize(
    ("platforms", "value", "outside"), [(2, 0.7, 0.0), (3, -1.0, 0.4), (4, 0.2, None)]
)
def test_sharing_is_stable_up_to_the_threshold(platforms, value, outside):
    threshold = tipping.tipping_threshold(platforms, value, outside)
    for factor, stable in ((0.999, True), (1.001, False)):
        strength = factor * threshold
        share = multinomial.symmetric_shares(platforms, value, strength, outside)[-1]
        rates = multinomial.eigenvalues(np.full(platforms, share), strength)
        assert (rates[0] < 1) == stable
        assert rates[0] == pytest.approx(strength * share)


@pytest.mark.parametrize(
    ("platforms", "value", "outside"), [(3, 0.0, None), (4, 0.3, 0.0), (2, -2.0, 0.0)]
)
def test_tipped_states_begin_at_the_onset(platforms, value, outside):
    onset = tipping.tipped_onset(platforms, value, outside)
    assert onset < tipping.tipping_threshold(platforms, value, outside)
    tipped = {}
    for factor in (0.9999, 1.0001):
        states = multinomial.fixed_points(np.full(platforms, value), factor * onset, outside)
        tipped[factor] = int((np.ptp(states, axis=1) > 1e-3).sum())
    assert tipped[0.9999] == 0
    assert tipped[1.0001] > 0


def test_two_platforms_tip_suddenly_below_the_tricritical_value():
    edge = tipping.tricritical_value(0.5)
    for shift, sudden in ((-0.1, True), (0.1, False)):
        gap = tipping.tipping_threshold(2, edge + shift, 0.5)
        gap -= tipping.tipped_onset(2, edge + shift, 0.5)
        assert (gap > 1e-6) == sudden
    assert tipping.maxwell_strength(2) == 2.0


def test_covariance_solves_its_recursion():
    values, strength, revision, outside = [0.3, 0.0, -0.2], 2.0, 0.4, -0.5
    state = multinomial.fixed_points(values, strength, outside)[0]
    found = multinomial.share_covariance(state, strength, 1, revision)
    step = (1 - revision) * np.eye(3) + revision * multinomial.response_jacobian(state, strength)
    noise = revision * (2 - revision) * (np.diag(state) - np.outer(state, state))
    np.testing.assert_allclose(found, step @ found @ step.T + noise, atol=1e-12)


@pytest.mark.parametrize("chance_r", [0.5, 0.5000001, 0.35, 0.8])
def test_lock_in_against_the_ruin_of_a_gambler(chance_r):
    a, b = 4, 9
    inside = a + b - 1
    walk = np.diag(np.full(inside - 1, chance_r), 1) + np.diag(
        np.full(inside - 1, 1 - chance_r), -1
    )
    ahead = np.zeros(inside)
    ahead[-1] = chance_r
    wins = np.linalg.solve(np.eye(inside) - walk, ahead)[b - 1]
    assert lock_in.chance_of_a(chance_r, a, b) == pytest.approx(wins, rel=1e-10)
    mean = np.linalg.solve(np.eye(inside) - walk, np.ones(inside))[b - 1]
    found = lock_in.lock_in_time(chance_r, a, b)
    assert found.mean == pytest.approx(mean)
    if chance_r == 0.5:
        assert found == pytest.approx((a * b, np.sqrt(a * b * (a**2 + b**2 - 2) / 3)))
    law, left, square = np.eye(inside)[b - 1], 1.0, 0.0
    for time in range(1, 4000):
        law = law @ walk
        square += time**2 * (left - law.sum())
        left = law.sum()
    assert found.sd == pytest.approx(np.sqrt(square - mean**2), rel=1e-6)


def test_barriers_at_the_edges():
    # 0.3 / 0.1 is a little less than three in floating point; the tie keeps S with B.
    assert lock_in.barriers(1.3, 1.0, 0.1, 1.0, 1.3, 0.1) == (4, 4)
    assert lock_in.barriers(2, 1, 0.0, 0, 1, 0.5) == (3, np.inf)
    assert lock_in.chance_of_a(0.4, 3, np.inf) == pytest.approx((2 / 3) ** 3)
    assert lock_in.chance_of_a(0.6, np.inf, 3) == pytest.approx(1 - (2 / 3) ** 3)
    assert lock_in.barriers(1.0, 2.0, 0.1, 0.0, 1.0, 0.1).b == 0
    assert lock_in.chance_of_a(0.5, 11, 0) == 0.0
    assert lock_in.chance_of_a(0.02, 400, 400) == pytest.approx(0.0, abs=1e-300)
    with pytest.raises(ValueError, match="exchange the names"):
        lock_in.barriers(0, 1, 0.1, 1, 0, 0.1)


def test_an_urn_draws_by_its_law():
    start, added = np.array([2.0, 1.0, 0.5]), 0.75
    law = urns.draw_law(3, start, added)
    np.testing.assert_allclose(law.sum(axis=1), 1)
    steps = start[0] + added * np.arange(3)
    totals = start.sum() + added * np.arange(3)
    assert law[0, 3] == pytest.approx(np.prod(steps / totals))
    many, limit = urns.share_after(10**7, start, added), urns.limit_share(start, added)
    np.testing.assert_allclose(many.sd, limit.sd, rtol=1e-5)
    np.testing.assert_allclose(many.mean, limit.mean)


@pytest.mark.parametrize(("first", "second", "exponent"), [(3, 2, 2.0), (2, 4, 1.8), (5, 4, 3.0)])
def test_monopoly_against_dynamic_programming(first, second, exponent):
    arrivals = 2500
    law = np.ones(1)
    for now in range(arrivals):
        own = first + np.arange(now + 1)
        rival = first + second + now - own
        chance = 1 / (1 + (rival / own) ** exponent)
        law = np.append(law * (1 - chance), 0) + np.append(0, law * chance)
    own = first + np.arange(arrivals + 1)
    rival = first + second + arrivals - own
    leads = law @ (own > rival) + law @ (own == rival) / 2
    found = urns.monopoly_chance(first, second, exponent)
    assert found == pytest.approx(leads, abs=2e-4)
    assert found + urns.monopoly_chance(second, first, exponent) == pytest.approx(1)


def test_monopoly_at_the_edges():
    assert urns.monopoly_chance(2, 2, 1.5) == 0.5
    assert urns.monopoly_chance(9, 2, 0.9) == 0.0
    assert 0.5 < urns.monopoly_chance(3.5, 3.2, 1.2) < urns.monopoly_chance(3.5, 2.2, 1.2) < 1
    assert urns.monopoly_chance(1, 2, 40.0) == pytest.approx(0, abs=1e-9)


def test_expectations_come_true():
    for price, k, delta in ((0.25, 0.2, 1.5), (0.1, 0.2, 1.5), (0.1, 0.3, 0.2), (0.1, 0.3, 0.0)):
        sizes = network_goods.network_sizes(price, k, delta)
        for size in sizes:
            if not np.isnan(size):
                assert (k + delta * size) * (1 - size) == pytest.approx(price)
        assert network_goods.size_slope(sizes.stable, k, delta) < 1
        if not np.isnan(sizes.critical):
            assert network_goods.size_slope(sizes.critical, k, delta) > 1
        assert np.isnan(sizes.critical) == (price < k)
    assert np.isnan(network_goods.network_sizes(0.5, 0.1, 1.0)).all()
    assert network_goods.demand_peak(0.5, 0.2) == (0.0, 0.5)


def test_cournot_outputs_are_best_replies():
    worth = katz_shapiro.saturating_externality(0.9)
    x = katz_shapiro.incompatible_output(1.2, 3, worth)
    np.testing.assert_allclose(katz_shapiro.firm_outputs(1.2, np.full(3, worth(x))), x)
    z = katz_shapiro.compatible_output(1.2, 3, worth)
    np.testing.assert_allclose(katz_shapiro.firm_outputs(1.2, np.full(3, worth(z))), z / 3)
    assert z > 3 * x
    own = katz_shapiro.firm_outputs(1.0, np.array([0.4, 0.1]))
    assert own[0] == pytest.approx((1.0 + 0.4 - own[1]) / 2)
    assert np.isnan(katz_shapiro.compatible_output(1.0, 2, katz_shapiro.linear_externality(1.6)))


def test_no_platform_gains_by_another_price():
    benefits, transport, costs = (0.3, 0.5), (1.2, 0.7), (0.2, 0.1)
    price, profit = two_sided.single_homing(benefits, transport, costs)

    def earned(gap):
        shares = two_sided.participation(benefits, transport, gap)
        return sum((p + d - f) * n for p, d, f, n in zip(price, gap, costs, shares, strict=True))

    assert earned((0.0, 0.0)) == pytest.approx(profit)
    gaps = [(x, y) for x in np.linspace(-0.2, 0.2, 9) for y in np.linspace(-0.2, 0.2, 9)]
    assert max(map(earned, gaps)) <= profit + 1e-12
    assert two_sided.participation(benefits, transport, (9.0, 9.0)) == (0.0, 0.0)
    assert np.isnan(two_sided.single_homing((1.0, 1.2), transport).profit)


def test_no_bottleneck_gains_by_another_price():
    (a1, a2), (t1, t2), (f1, f2) = (0.6, 0.3), (1.1, 0.9), (0.2, 0.1)
    (p1, p2), joined, profit = two_sided.bottleneck((a1, a2), (t1, t2), (f1, f2))
    assert joined == pytest.approx((a2 / 2 - p2) / t2)

    def earned(d1, d2):
        first = 0.5
        for _ in range(200):
            mine, rival = (a2 * first - p2 - d2) / t2, (a2 * (1 - first) - p2) / t2
            first = 0.5 + (a1 * (mine - rival) - d1) / (2 * t1)
        return (p1 + d1 - f1) * first + (p2 + d2 - f2) * (a2 * first - p2 - d2) / t2

    assert earned(0.0, 0.0) == pytest.approx(profit)
    around = [earned(x, y) for x in np.linspace(-0.1, 0.1, 7) for y in np.linspace(-0.1, 0.1, 7)]
    assert max(around) <= profit + 1e-12


@pytest.mark.parametrize("spread", [(1.0, 0.8), (1.0, 0.3), (0.2, 0.3), (0.3, 2.0)])
def test_the_monopoly_prices_are_best(spread):
    highest, cost = (1.0, 0.8), 0.2
    found = two_sided.transaction_monopoly(highest, spread, cost)
    steps = np.linspace(0, 1, 401)
    given_b, given_s = np.meshgrid(steps * spread[0], steps * spread[1])
    margin = sum(highest) - cost - given_b - given_s
    best = (margin * given_b * given_s).max() / (spread[0] * spread[1])
    assert found.profit == pytest.approx(best, rel=1e-4)
    assert found.profit >= best - 1e-12


def test_thresholds_change_course_at_the_critical_spread():
    spread, share = thresholds.critical_spread(0.33)
    below = thresholds.participation_from_nobody(0.33, spread * 0.9999)
    assert below == pytest.approx(share, abs=0.01)
    assert thresholds.participation_from_nobody(0.33, spread * 1.0001) > 0.8
    assert np.isnan(thresholds.critical_spread(0.5)).all()
    for mean, width in ((0.1, 0.05), (0.6, 0.2), (0.4, 0.7)):
        states = thresholds.participation_states(mean, width)
        assert len(states) % 2 == 1
    assert thresholds.cascade_size([1, 1, 1]) == 0


def test_values_sum_over_people():
    assert value_laws.zipf_value(7) == pytest.approx(7 * sum(1 / k for k in range(1, 7)))
    assert value_laws.reed_log2_value(5) == pytest.approx(np.log2(2**5 - 6))
    doubled = value_laws.installed_base_value(20.0, 50.0, 2.0)
    assert doubled == 4 * value_laws.installed_base_value(10.0, 50.0, 2.0)


@pytest.mark.parametrize("payoffs", [(5, 1, 3, 2), (4, 0, 1, 3), (1, 3, 2, 0), (4, 3, 1, 1)])
def test_quantal_responses_are_at_rest(payoffs):
    for precision in (0.3, 2.0, 6.0):
        roots = strategy_game.quantal_responses(payoffs, precision)
        gain = strategy_game.advantage(roots, payoffs)
        np.testing.assert_allclose(roots, 1 / (1 + np.exp(-precision * gain)), rtol=1e-9)
    edge = strategy_game.multiplicity_precision(payoffs)
    if np.isfinite(edge):
        assert len(strategy_game.quantal_responses(payoffs, 0.999 * edge)) == 1
        assert len(strategy_game.quantal_responses(payoffs, 1.001 * edge)) == 3
    else:
        assert len(strategy_game.quantal_responses(payoffs, 50.0)) == 1


def test_games_of_every_order():
    dominant, hawk_dove = (4, 3, 1, 1), (1, 3, 2, 0)
    assert strategy_game.open_basin(dominant) == 1.0
    assert np.isnan(strategy_game.mixed_equilibrium(dominant))
    assert strategy_game.open_basin(hawk_dove) == 0.0
    assert strategy_game.mixed_equilibrium(hawk_dove) == pytest.approx(3 / 4)
    assert strategy_game.replicator_time(0.2, 0.9, hawk_dove) == np.inf
    assert strategy_game.replicator_time(0.3, 0.6, (5, 1, 3, 2)) == np.inf
    assert strategy_game.replicator_time(0.6, 0.4, (2, 1, 3, 2)) == pytest.approx(
        np.log(0.6 / 0.4) * 2
    )


def test_fixation_against_the_chain_and_neutral_drift():
    n, payoffs, intensity = 7, (2.0, 0.5, 1.0, 1.2), 0.8
    a, b, c, d = payoffs
    j = np.arange(1, n)
    gain = (a * (j - 1) + b * (n - j) - c * j - d * (n - j - 1)) / (n - 1)
    chance = 1 / (1 + np.exp(-intensity * gain))
    walk = np.diag(1 - chance[1:], -1) + np.diag(chance[:-1], 1)
    ahead = np.append(np.zeros(n - 2), chance[-1])
    wins = np.linalg.solve(np.eye(n - 1) - walk, ahead)
    for start in j:
        found = strategy_game.fixation_chance(int(start), n, payoffs, intensity)
        assert found == pytest.approx(wins[start - 1])
    assert strategy_game.fixation_chance(3, n, payoffs, 0.0) == pytest.approx(3 / n)


def test_imitation_in_small_steps_takes_the_replicator_time():
    game, rate = (5, 1, 3, 2), 1e-4
    time = strategy_game.replicator_time(0.4, 0.8, game)
    path = strategy_game.imitation_path(0.4, round(time / rate), game, rate)
    assert path[-1] == pytest.approx(0.8, abs=1e-4)
    with pytest.raises(ValueError, match="must not exceed one"):
        strategy_game.imitation_path(0.4, 3, game, 0.6)
