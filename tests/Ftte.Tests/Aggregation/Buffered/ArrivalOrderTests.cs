using CsCheck;
using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

public class ArrivalOrderTests
{
    private const int Parameters = 67;

    private sealed record Sent(int Selection, long Age, int Examples, float[] Noise);

    private static readonly Gen<Sent[]> Buffers = Gen.Select(
        Gen.Int[0, 2],
        Gen.Long[0, 12],
        Gen.Int[1, 5000],
        Gen.Float[-1f, 1f].Array[Parameters],
        (selection, age, examples, noise) => new Sent(selection, age, examples, noise)).Array[8];

    public static TheoryData<string, Func<BufferedAggregatorOptions>> Rules => new()
    {
        { "FTTE", () => new() },
        { "FTTE, not clipped", () => new() { NormClip = null, ExampleCap = null } },
        { "FTTE, clipped", () => new() { NormClip = 1 } },
        { "weighted mean", () => new() { Reduction = Reduction.WeightedMean() } },
        { "FedBuff", () => BufferedAggregatorOptions.FedBuff() },
        { "Adam", () => new() { Optimizer = ServerOptimizer.Adam() } },
        { "alignment", () => new() { Weighting = new AlignmentWeighting() } },
        { "median", () => new() { Reduction = Reduction.Median() } },
        { "trimmed mean", () => new() { Reduction = Reduction.TrimmedMean(.2) } },
        { "Multi-Krum", () => new() { Reduction = Reduction.MultiKrum(0, 2) } },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_same_updates_give_the_same_bits_in_every_arrival_order(string rule, Func<BufferedAggregatorOptions> options)
    {
        Assert.NotEmpty(rule);
        Gen.Select(Buffers, Buffers, Gen.Int[0, int.MaxValue]).Sample((first, second, seed) =>
        {
            float[] inOrder = Run(options(), first, second, [.. Enumerable.Range(0, 8)]);
            int[] order = [.. Enumerable.Range(0, 8)];
            new Random(seed).Shuffle(order);
            Assert.Equal(inOrder.Select(BitConverter.SingleToInt32Bits), Run(options(), first, second, order).Select(BitConverter.SingleToInt32Bits));
        }, iter: 100);
    }

    /// <summary>Publishes two buffers, so that the second meets references and directions that the first has left.</summary>
    private static float[] Run(BufferedAggregatorOptions options, Sent[] first, Sent[] second, int[] order)
    {
        var layout = ParameterLayout.Create(("x", [Parameters]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        selections.Announce(ParameterSelection.Create(Parameters, [new(0, 20), new(30, 37)]));
        selections.Announce(ParameterSelection.Create(Parameters, [new(10, 30)]));
        options.Capacity = 8;
        BufferedAggregator aggregator = Bench.Aged(layout, new float[Parameters], selections, 20, options);
        foreach (Sent[] buffer in new[] { first, second })
        {
            foreach (int i in order)
            {
                Assert.True(selections.TryGet(new(buffer[i].Selection), out ParameterSelection? selection));
                var header = new UpdateHeader(new ClientId($"c{i}"), new UpdateId((ulong)aggregator.Current.Version.Number), layout.Fingerprint,
                    new ModelVersion(aggregator.Current.Version.Number - buffer[i].Age), new(buffer[i].Selection), buffer[i].Examples);
                using var update = SparseUpdate.Create(header, buffer[i].Noise.AsSpan(0, selection.Count));
                Assert.True(Bench.Now(aggregator.AggregateAsync(update)).IsAccepted);
            }
        }

        Assert.Equal(22, aggregator.Current.Version.Number);
        return aggregator.Current.Parameters.ToArray();
    }
}
