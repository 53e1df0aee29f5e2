using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

/// <summary>A model, its selections and an aggregator, with one-line ways to submit to it.</summary>
internal sealed class Bench
{
    private ulong _nextId = 1;

    public Bench(float[] model, BufferedAggregatorOptions? options = null, ParameterSelection? selection = null)
    {
        Layout = ParameterLayout.Create(("model", [model.Length]));
        Selections = new SelectionHistory(selection ?? ParameterSelection.Full(Layout));
        Aggregator = new BufferedAggregator(new ModelSnapshot(Layout, default, model), Selections, options);
    }

    public Bench(ParameterLayout layout, float[] model, BufferedAggregatorOptions? options)
    {
        Layout = layout;
        Selections = new SelectionHistory(ParameterSelection.Full(layout));
        Aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, model), Selections, options);
    }

    public ParameterLayout Layout { get; }

    public SelectionHistory Selections { get; }

    public BufferedAggregator Aggregator { get; }

    public float[] Model => Aggregator.Current.Parameters.ToArray();

    /// <summary>Two parameters, both 0, and a version after three updates unless the options say otherwise.</summary>
    public static Bench OfZeros(BufferedAggregatorOptions? options = null) => new([0, 0], options ?? new() { Capacity = 3 });

    /// <summary>A header that passes every check: a new client, a new id, the current version.</summary>
    public UpdateHeader Header(long age = 0, int examples = 1) => new(
        new ClientId($"client-{_nextId}"),
        new UpdateId(_nextId++),
        Layout.Fingerprint,
        new ModelVersion(Aggregator.Current.Version.Number - age),
        Selections.Current.Version,
        examples);

    public UpdateReceipt Submit(UpdateHeader header, params float[] values)
    {
        using var update = SparseUpdate.Create(header, values);
        return Now(Aggregator.AggregateAsync(update));
    }

    public UpdateReceipt Submit(long age, params float[] values) => Submit(Header(age), values);

    public ModelSnapshot? Flush() => Now(Aggregator.FlushAsync());

    /// <summary>Publishes versions that do not move the model, so that later updates can be old.</summary>
    public static BufferedAggregator Aged(ParameterLayout layout, float[] model, SelectionHistory selections, long versions, BufferedAggregatorOptions options) =>
        new(new ModelSnapshot(layout, new ModelVersion(versions), model), selections, options);

    public static T Now<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted, "the aggregator completes at once");
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs one buffer of scalar updates, each with an age, from a model of x at a version old enough for all ages.</summary>
    public static float Buffer(BufferedAggregatorOptions options, float x, params (float Value, long Age, int Examples)[] updates)
    {
        var layout = ParameterLayout.Create(("x", [1]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        options.Capacity = updates.Length;
        options.MaxAge = 1000;
        BufferedAggregator aggregator = Aged(layout, [x], selections, 1000, options);
        ulong id = 0;
        foreach ((float value, long age, int examples) in updates)
        {
            var header = new UpdateHeader(new ClientId($"c{id}"), new UpdateId(id++), layout.Fingerprint, new ModelVersion(1000 - age), default, examples);
            using var update = SparseUpdate.Create(header, [value]);
            Assert.True(Now(aggregator.AggregateAsync(update)).IsAccepted);
        }

        Assert.Equal(1001, aggregator.Current.Version.Number);
        return aggregator.Current.Parameters.Span[0];
    }
}
