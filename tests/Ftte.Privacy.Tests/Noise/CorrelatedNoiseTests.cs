using System.Buffers;
using Ftte.Privacy.Noise;
using Ftte.Serialization;

namespace Ftte.Privacy.Tests.Noise;

public class CorrelatedNoiseTests
{
    private const int Count = 7;
    private static readonly ParameterSelection All = ParameterSelection.Create(Count, [new ParameterRange(0, Count)]);
    private static readonly ParameterSelection Some = ParameterSelection.Create(Count, [new ParameterRange(1, 2), new ParameterRange(5, 1)]);

    private static double[] Next(CorrelatedNoise noise, byte step, ParameterSelection touched)
    {
        using var generator = new GaussianGenerator([.. Enumerable.Repeat(step, 32)]);
        return noise.Next(generator, touched);
    }

    private static double[] Independent(byte step, ParameterSelection touched) => Next(new CorrelatedNoise(BandedToeplitzMatrix.CreateSquareRoot(1), Count), step, touched);

    [Fact]
    public void One_band_is_independent_noise()
    {
        var noise = new CorrelatedNoise(BandedToeplitzMatrix.CreateSquareRoot(1), Count);

        Next(noise, 1, All);

        Assert.Equal(Independent(2, All), Next(noise, 2, All));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(20)]
    public void The_matrix_times_the_noise_is_independent(int bands)
    {
        BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(bands);
        var noise = new CorrelatedNoise(matrix, Count);
        var rows = new List<double[]>();
        for (byte step = 1; step <= 9; step++)
        {
            rows.Add(Next(noise, step, All));
            double[] product = [.. Enumerable.Range(0, Count).Select(i => Enumerable.Range(0, Math.Min(bands, rows.Count)).Sum(j => matrix.Coefficients[j] * rows[^(j + 1)][i]))];
            Assert.Equal(Independent(step, All), product, (a, b) => Math.Abs(a - b) < 1e-12);
        }
    }

    [Fact]
    public void Coordinates_that_a_version_does_not_change_continue_their_noise()
    {
        BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(3);
        CorrelatedNoise whole = new(matrix, Count), partly = new(matrix, Count);

        Next(whole, 1, All);
        Next(partly, 1, All);
        double[] second = Next(whole, 2, All);
        Assert.Equal([second[1], second[2], second[5]], Next(partly, 2, Some));
        Assert.Equal(Next(whole, 3, All), Next(partly, 3, All));
    }

    [Fact]
    public void New_coordinates_begin_with_independent_noise()
    {
        var noise = new CorrelatedNoise(BandedToeplitzMatrix.CreateSquareRoot(3), Count);

        double[] first = Next(noise, 1, Some), second = Next(noise, 2, All), independent = Independent(2, All);

        Assert.Equal(independent[0], second[0]);
        Assert.Equal(independent[6], second[6]);
        Assert.Equal(independent[5] - (0.5 * first[2]), second[5]);
    }

    [Fact]
    public void Noise_continues_with_the_same_bits_after_a_restart()
    {
        BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(3);
        CorrelatedNoise noise = new(matrix, Count), restored = new(matrix, Count);
        Next(noise, 1, Some);
        Next(noise, 2, All);
        var saved = new ArrayBufferWriter<byte>();

        noise.Save(new StateWriter(saved));
        var reader = new StateReader(saved.WrittenSpan);
        restored.Load(ref reader);
        reader.End();

        Assert.Equal(Next(noise, 3, All), Next(restored, 3, All));
    }
}
