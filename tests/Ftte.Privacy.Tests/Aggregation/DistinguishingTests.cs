using Ftte.Selection;

namespace Ftte.Privacy.Tests;

/// <summary>
/// Plays the attacker on two neighboring runs: in one of them the contributions of a client are zero. The attacker sees all published versions, and uses the best test there is.
/// </summary>
public class DistinguishingTests
{
    private const int Repetitions = 10_000;

    /// <summary>At a large delta, the attacker needs few repetitions.</summary>
    private const double Delta = 0.05;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_attacker_learns_no_more_than_the_accountant_states(int bands) => Assert.InRange(MeasureEpsilon(bands, noise: 1), 0.5, Claim(bands));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_attacker_learns_more_if_the_noise_is_half_of_it(int bands) => Assert.True(MeasureEpsilon(bands, noise: 0.5) > 1.2 * Claim(bands));

    private static double Claim(int bands) => Options(bands, noise: 1, seed: 0).ComputeEpsilon(3);

    /// <summary>The client contributes to versions 0 and 2. The noise multiplier makes sigma 1.</summary>
    private static DifferentialPrivacyOptions Options(int bands, double noise, ulong seed)
    {
        var options = new DifferentialPrivacyOptions { ClippingNorm = 1, MaxVersions = 3, MaxParticipations = 2, MinSeparation = 2, Bands = bands, Delta = Delta, TestSeed = seed };
        options.NoiseMultiplier = noise * Math.Sqrt(BandedToeplitzMatrix.CreateSquareRoot(bands).ComputeSquaredSensitivity(3, options.Limits));
        return options;
    }

    /// <summary>Returns a lower bound of epsilon that is too large at most once in ten thousand runs: three and a half standard deviations of each probability.</summary>
    private static double MeasureEpsilon(int bands, double noise)
    {
        double withClient = Share(contributes: true), without = Share(contributes: false);
        double low = withClient - (3.5 * Deviation(withClient)), high = without + (3.5 * Deviation(without));
        return Math.Log((low - Delta) / high);

        double Share(bool contributes) => Enumerable.Range(0, Repetitions).Count(i => SeesClient(bands, noise, contributes, seed: (ulong)i)) / (double)Repetitions;

        static double Deviation(double share) => Math.Sqrt(share * (1 - share) / Repetitions);
    }

    /// <summary>Runs three versions of two updates each, and applies the test of Neyman and Pearson.</summary>
    private static bool SeesClient(int bands, double noise, bool contributes, ulong seed)
    {
        DifferentialPrivacyOptions options = Options(bands, noise, seed);
        var layout = ParameterLayout.Create(("model", [2]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        var aggregator = new PrivateAggregator(new ModelSnapshot(layout, default, [0, 0]), selections, options, PrivacyBench.OfCapacity(2));
        var released = new double[3];
        float before = 0;
        for (int version = 0; version < 3; version++)
        {
            string client = version == 1 ? "other" : "client";
            Submit(client, contributes && version != 1 ? 10 : 0);
            Submit($"neighbor-{version}", 0);
            float after = aggregator.Current.Parameters.Span[0];
            released[version] = (after - before) * 2;
            before = after;
        }

        // The signal 1, 0, 1 and the noise C^-1 Z become C (1, 0, 1) and Z after multiplication by C.
        BandedToeplitzMatrix matrix = BandedToeplitzMatrix.CreateSquareRoot(bands);
        double[] signal = Multiply(matrix, [1, 0, 1]), seen = Multiply(matrix, released);
        double product = signal.Zip(seen, (a, b) => a * b).Sum(), square = signal.Sum(a => a * a);

        // The mean with the client: half of the runs with it are above.
        return product >= square;

        void Submit(string client, float value) => PrivacyBench.Submit(
            aggregator,
            new UpdateHeader(new ClientId(client), new UpdateId((ulong)aggregator.Current.Version.Number), layout.Fingerprint, aggregator.Current.Version, default, 1),
            value,
            0);
    }

    private static double[] Multiply(BandedToeplitzMatrix matrix, double[] vector) => [.. Enumerable.Range(0, vector.Length)
        .Select(t => Enumerable.Range(0, Math.Min(t + 1, matrix.Coefficients.Length)).Sum(j => matrix.Coefficients[j] * vector[t - j]))];
}
