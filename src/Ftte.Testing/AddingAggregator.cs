using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Testing;

/// <summary>The simplest aggregator: adds every K updates to the model and publishes. It recognizes repeated updates and has no other protection.</summary>
/// <remarks>Sums of small integers are exact in float32, so a test can state the model that must result, in whatever order updates arrive.</remarks>
/// <param name="start">The model to start from.</param>
/// <param name="selections">The selections announced.</param>
/// <param name="capacity">K, the number of updates in a version, at least 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The capacity is less than 1.</exception>
public sealed class AddingAggregator(ModelSnapshot start, SelectionHistory selections, int capacity = 1) : IAsyncAggregator
{
    private readonly HashSet<(ClientId, UpdateId)> _known = [];
    private readonly int _capacity = capacity >= 1 ? capacity : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "A version has at least one update. Specify 1 or more.");
    private float[] _next = start.Parameters.ToArray();
    private ParameterSelection? _changed;
    private volatile ModelSnapshot _current = start;
    private int _waiting;

    /// <inheritdoc />
    public ModelSnapshot Current => _current;

    /// <inheritdoc />
    public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        UpdateOutcome outcome = Aggregate(update);
        return new ValueTask<UpdateReceipt>(new UpdateReceipt(outcome, Current.Version, outcome is UpdateOutcome.Buffered or UpdateOutcome.Published ? 1 : 0));
    }

    /// <inheritdoc />
    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<ModelSnapshot?>(_waiting > 0 ? Publish() : null);
    }

    private UpdateOutcome Aggregate(SparseUpdate update)
    {
        UpdateHeader header = update.Header;
        if (!selections.TryGet(header.SelectionVersion, out ParameterSelection? selection))
        {
            return UpdateOutcome.UnknownSelection;
        }

        if (update.Values.Length != selection.Count)
        {
            return UpdateOutcome.LengthMismatch;
        }

        if (!update.Moments.IsFinite)
        {
            return UpdateOutcome.NotFinite;
        }

        if (!_known.Add((header.Client, header.Id)))
        {
            return UpdateOutcome.Duplicate;
        }

        selection.AddScaled(update.Values.Span, 1, _next);
        _changed = _changed?.Union(selection) ?? selection;
        if (++_waiting < _capacity)
        {
            return UpdateOutcome.Buffered;
        }

        Publish();
        return UpdateOutcome.Published;
    }

    private ModelSnapshot Publish()
    {
        _current = ModelSnapshot.TakeOver(_current.Layout, _current.Version.Next, _next, _changed);
        (_next, _changed, _waiting) = ([.. _next], null, 0);
        return _current;
    }
}
