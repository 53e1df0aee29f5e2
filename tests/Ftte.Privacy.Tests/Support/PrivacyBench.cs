using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Privacy.Tests;

/// <summary>A private aggregator of a small model, with one-line ways to submit to it.</summary>
internal sealed class PrivacyBench
{
    private ulong _nextId = 1;

    public PrivacyBench(DifferentialPrivacyOptions? privacy = null, BufferedAggregatorOptions? options = null, int length = 2)
    {
        Layout = ParameterLayout.Create(("model", [length]));
        Selections = new SelectionHistory(ParameterSelection.Full(Layout));
        Privacy = privacy ?? AlmostNoiseless();
        Options = options ?? OfCapacity(2);
        Aggregator = new PrivateAggregator(new ModelSnapshot(Layout, default, new float[length]), Selections, Privacy, Options);
    }

    public ParameterLayout Layout { get; }

    public SelectionHistory Selections { get; }

    public DifferentialPrivacyOptions Privacy { get; }

    public BufferedAggregatorOptions Options { get; }

    public PrivateAggregator Aggregator { get; set; }

    public float[] Model => Aggregator.Current.Parameters.ToArray();

    /// <summary>The smallest noise that is allowed, about 1e-6, so that the rest of the arithmetic can be seen.</summary>
    public static DifferentialPrivacyOptions AlmostNoiseless(double clippingNorm = 1) => new()
    {
        ClippingNorm = clippingNorm,
        NoiseMultiplier = Math.ScaleB(1, -20) / clippingNorm,
        MaxVersions = 100,
        MaxParticipations = 100,
        TestSeed = 1,
    };

    public static BufferedAggregatorOptions OfCapacity(int capacity)
    {
        BufferedAggregatorOptions options = PrivateAggregator.CreateDefaultOptions();
        options.Capacity = capacity;
        return options;
    }

    public UpdateHeader Header(string? client = null, long age = 0) => new(
        new ClientId(client ?? $"client-{_nextId}"),
        new UpdateId(_nextId++),
        Layout.Fingerprint,
        new ModelVersion(Aggregator.Current.Version.Number - age),
        Selections.Current.Version,
        ExampleCount: 1);

    public UpdateReceipt Submit(in UpdateHeader header, params float[] values) => Submit(Aggregator, header, values);

    public UpdateReceipt Submit(params float[] values) => Submit(Header(), values);

    public UpdateOutcome SubmitAs(string client) => Submit(Header(client), new float[Layout.ParameterCount]).Outcome;

    public static UpdateReceipt Submit(IAsyncAggregator aggregator, in UpdateHeader header, params float[] values)
    {
        using var update = SparseUpdate.Create(header, values);
        return Now(aggregator.AggregateAsync(update));
    }

    public ModelSnapshot? Flush() => Now(Aggregator.FlushAsync());

    /// <summary>Replaces the aggregator by one that is restored from its state.</summary>
    public void Restart() => Aggregator = Restore(Aggregator.CaptureState());

    public PrivateAggregator Restore(AggregatorState state) => PrivateAggregator.Restore(AggregatorState.Read(state.Bytes.Span), Layout, Selections, Privacy, Options);

    private static T Now<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted);
        return task.Result;
    }
}
