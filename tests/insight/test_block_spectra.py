"""Sums of products by blocks are those of all cells at once."""

import numpy as np
import pytest

from zeropoint.insight.block_spectra import LAGS_A_BLOCK, block_spectra


@pytest.mark.parametrize("longest", [0, 1, 7, 60])
@pytest.mark.parametrize("cells", [1, 2, 61, 255, 256, 257, 600, LAGS_A_BLOCK * 60 + 1, 2500])
def test_they_are_the_sums_over_all_cells_at_each_lag(cells: int, longest: int):
    rows = np.random.default_rng(cells).standard_normal((4, cells))
    first, second = np.array([0, 0, 0, 1, 3, 3]), np.array([1, 2, 0, 3, 2, 3])
    spectra = block_spectra(rows, longest)
    padded = np.pad(rows, ((0, 0), (longest, longest)))
    plain = [
        [rows[one] @ padded[other, lag : lag + cells] for lag in range(2 * longest + 1)]
        for one, other in zip(first, second, strict=True)
    ]
    single = spectra.single()
    np.testing.assert_allclose(spectra.with_others(spectra, first, second), plain, atol=1e-14 * (cells + 50))
    np.testing.assert_allclose(single.with_others(single, first, second), plain, atol=1e-6 * (cells + 50))


def test_a_pair_has_the_same_numbers_alone_and_among_others():
    rows = np.random.default_rng(0).standard_normal((30, 1500))
    first, second = np.triu_indices(30, 1)
    spectra = block_spectra(rows, 40)
    together = spectra.with_others(spectra, first, second)
    for pair in (0, 17, 200, len(first) - 1):
        alone = spectra.with_others(spectra, first[pair : pair + 1], second[pair : pair + 1])
        np.testing.assert_array_equal(alone[0], together[pair])
