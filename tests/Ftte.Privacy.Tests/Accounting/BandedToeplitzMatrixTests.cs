namespace Ftte.Privacy.Tests;

public class BandedToeplitzMatrixTests
{
    [Fact]
    public void The_square_root_has_the_published_coefficients()
    {
        BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(6);

        Assert.Equal(new double[] { 1, .5, .375, .3125, .2734375, .24609375 }, matrix.Coefficients.ToArray());
        Assert.Equal(new double[] { 1, -.5, -.125, -.0625, -.0390625 }, matrix.ComputeInverse(5).ToArray());
    }

    [Theory]
    [InlineData(2000, 6, 314, 17.376667)]
    [InlineData(1000, 10, 100, 25.313521)]
    [InlineData(500, 5, 50, 11.549616)]
    [InlineData(100, 4, 25, 8.350826)]
    [InlineData(100, 1, 100, 2.531352)]
    public void The_squared_sensitivity_is_that_of_the_longest_columns(int steps, int k, int b, double expected)
    {
        double squared = BandedToeplitzMatrix.CreateSquareRoot(b).ComputeSquaredSensitivity(steps, new ParticipationLimits(k, b));

        Assert.Equal(expected, squared, 0.0000005);
    }

    [Theory]
    [InlineData(2000, 6, 314, 77.5, 9.05)]
    [InlineData(1000, 10, 100, 70.7, 12.1)]
    [InlineData(500, 5, 50, 35.4, 8.03)]
    [InlineData(100, 4, 25, 14.21, 5.00)]
    public void Correlated_noise_has_a_smaller_error_of_prefix_sums_at_equal_epsilon(int steps, int k, int b, double independent, double banded)
    {
        Assert.Equal(independent, ErrorOf(1), Unit(independent));
        Assert.Equal(banded, ErrorOf(b), Unit(banded));

        double ErrorOf(int bands)
        {
            BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(bands);
            return Math.Sqrt(matrix.ComputeSquaredSensitivity(steps, new ParticipationLimits(k, b))) * matrix.ComputePrefixSumError(steps);
        }

        // Half a unit of the last digit that is stated.
        static double Unit(double stated) => stated is 77.5 or 70.7 or 35.4 or 12.1 ? 0.05 : 0.005;
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 3)]
    [InlineData(12, 4)]
    [InlineData(13, 7)]
    public void The_sensitivity_is_that_of_the_dense_matrix(int steps, int bands)
    {
        BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(bands);
        var dense = new double[steps, steps];
        for (int row = 0; row < steps; row++)
        {
            for (int j = 0; j < Math.Min(bands, row + 1); j++)
            {
                dense[row, row - j] = matrix.Coefficients[j];
            }
        }

        for (int k = 1; k <= steps; k++)
        {
            var limits = new ParticipationLimits(k, bands);
            Assert.Equal(MatrixSensitivity.ComputeSquared(dense, limits), matrix.ComputeSquaredSensitivity(steps, limits), 1e-12);
        }
    }

    [Fact]
    public void A_separation_below_the_number_of_bands_is_rejected()
    {
        BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(4);

        Assert.Contains("Use at most 3 bands", Assert.Throws<ArgumentException>(() => matrix.ComputeSquaredSensitivity(10, new ParticipationLimits(2, 3))).Message, StringComparison.Ordinal);
    }
}
