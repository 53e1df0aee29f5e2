using Ftte.Baselines;
using Ftte.Selection;

namespace Ftte.TinyEngine.Tests.Baselines;

public class TteAccountingTests
{
    private static readonly TteAccounting MobileNet = new(NetworkZoo.Create("mobilenetv2-0.35-128", NormalizationKind.Batch));

    /// <summary>The selections published with TTE's code: name, bias depth, numbers and ratios of trained weights, KB, percent of the parameters.</summary>
    public static TheoryData<string, int, int[], double[], double, double> Schemes => new()
    {
        { "49 KB", 16, [36, 39, 40, 41, 42, 45, 48, 49], [1, 1, 0, .25, .125, .125, .125, .125], 49.8, 10 },
        { "73 KB", 20, [32, 33, 36, 39, 41, 42, 45, 48], [.125, .5, .5, 1, .25, .125, .125, 1], 73.9, 17 },
        { "99 KB", 25, [27, 30, 33, 36, 39, 42, 45, 48], [1, 1, 1, 1, 1, .125, .5, 1], 99.4, 25 },
        { "123 KB", 31, [27, 30, 33, 36, 39, 42, 45, 48], [1, 1, 1, 1, 1, .5, 1, 1], 123.6, 32 },
        { "138 KB", 34, [27, 30, 33, 36, 39, 42, 45, 48], [1, 1, 1, 1, 1, 1, 1, 1], 138.2, 36 },
    };

    [Fact]
    public void The_network_is_the_one_that_TTE_counted()
    {
        Assert.Equal(51, MobileNet.ConvolutionCount);
        Assert.Equal(244_448, MobileNet.ParameterCount);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void A_published_selection_costs_what_was_published(string name, int biasDepth, int[] convolutions, double[] ratios, double kilobytes, double percent)
    {
        TteCost cost = MobileNet.Count(biasDepth, convolutions.Zip(ratios).ToDictionary(p => p.First, p => p.Second));
        Assert.InRange(cost.Bytes / 1024, 0.99 * kilobytes, 1.01 * kilobytes);
        Assert.Equal(percent, Math.Round(100 * cost.TrainedShare));
        Assert.StartsWith($"{(int)(cost.Bytes / 1024)}", name, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void The_profile_agrees_to_the_byte(string name, int biasDepth, int[] convolutions, double[] ratios, double kilobytes, double percent)
    {
        TrainingProfile profile = MobileNet.Profile(.125, .25, .5, 1);
        int[] choices = [.. Enumerable.Range(0, 51).Select(i => i < 51 - biasDepth ? -1 : Choice(i))];
        TteCost cost = MobileNet.Count(biasDepth, convolutions.Zip(ratios).ToDictionary(p => p.First, p => p.Second));
        Assert.Equal(cost.Bytes, MemoryTimeline.Compute(profile, choices).PeakBytes, 52.0);
        Assert.True(kilobytes > 0 && percent > 0, name);

        int Choice(int convolution)
        {
            int at = Array.IndexOf(convolutions, convolution);
            return at < 0 || ratios[at] == 0 ? 0 : 1 + Array.IndexOf([.125, .25, .5, 1], ratios[at]);
        }
    }

    [Fact]
    public void Any_selector_can_choose_by_it_and_the_exact_one_reaches_no_less_than_the_evolutionary()
    {
        TrainingProfile profile = MobileNet.Profile(.125, .25, .5, 1);
        var importance = new BlockImportance(profile.Layout, [.. profile.Layout.Blocks.Select(b => Math.Sqrt(b.Range.Length))]);
        var request = new SelectionRequest(profile, importance, 100 * 1024);
        double exact = new ExactSelector().Select(request).Certificate.Objective;
        double evolved = new EvolutionarySelector(new() { Evaluations = 2000 }).Select(request).Certificate.Objective;
        Assert.True(exact >= evolved);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new TteAccounting(NetworkZoo.Create("mlp")));
        Assert.Throws<ArgumentException>(() => MobileNet.Count(3, new Dictionary<int, double> { [47] = 1 }));
        Assert.Throws<ArgumentException>(() => MobileNet.Count(3, new Dictionary<int, double> { [50] = 1.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => MobileNet.Count(52, new Dictionary<int, double>()));
        Assert.Throws<ArgumentException>(() => MobileNet.Profile(0));
    }
}
