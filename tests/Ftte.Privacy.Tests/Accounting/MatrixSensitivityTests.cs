namespace Ftte.Privacy.Tests;

public class MatrixSensitivityTests
{
    private static readonly double[,] Banded = { { 1, 0, 0, 0 }, { 2, 1, 0, 0 }, { 0, 1, 1, 0 }, { 0, 0, 1, -6 } };
    private static readonly double[,] Diagonal = { { 0, 0, 0, 0, 0 }, { 0, 3, 0, 0, 0 }, { 0, 0, 0, 0, 0 }, { 0, 0, 0, 1, 0 }, { 0, 0, 0, 0, 2 } };

    [Fact]
    public void One_contribution_has_the_norm_of_the_longest_column() =>
        Assert.Equal(6, Math.Sqrt(MatrixSensitivity.ComputeSquared(Banded, new ParticipationLimits(1, 2))));

    [Fact]
    public void More_contributions_are_placed_where_they_count_most()
    {
        Assert.Equal(41, MatrixSensitivity.ComputeSquared(Banded, new ParticipationLimits(int.MaxValue, 2)));
        Assert.Equal(13, MatrixSensitivity.ComputeSquared(Diagonal, new ParticipationLimits(int.MaxValue, 2)));
    }

    [Fact]
    public void A_matrix_with_more_bands_than_the_separation_is_rejected() =>
        Assert.Throws<ArgumentException>(() => MatrixSensitivity.ComputeSquared(Banded, new ParticipationLimits(1, 1)));

    [Fact]
    public void A_matrix_with_values_above_the_diagonal_is_rejected() =>
        Assert.Throws<ArgumentException>(() => MatrixSensitivity.ComputeSquared(new double[,] { { 1, 1 }, { 0, 1 } }, new ParticipationLimits(1, 2)));
}
