using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>An aggregator: every update makes a version, and the n-th moves the model by 1/n of its weighted step; fresh ones average exactly.</summary>
internal sealed class RunningAverage(ModelSnapshot initial, SelectionHistory selections, IStalenessWeighting weighting) : IAsyncAggregator
{
    private readonly HashSet<(ClientId, UpdateId)> _known = [];
    private volatile ModelSnapshot _current = initial;

    public ModelSnapshot Current => _current;

    public ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Aggregate(update));
    }

    /// <summary>There is never anything incomplete.</summary>
    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => new((ModelSnapshot?)null);

    private UpdateReceipt Aggregate(SparseUpdate update)
    {
        (UpdateHeader header, UpdateMoments moments) = (update.Header, update.Moments);
        if (header.LayoutFingerprint != _current.Layout.Fingerprint)
        {
            return Answer(UpdateOutcome.LayoutMismatch);
        }

        if (!selections.TryGet(header.SelectionVersion, out ParameterSelection? selection))
        {
            return Answer(UpdateOutcome.UnknownSelection);
        }

        if (update.Values.Length != selection.Count || !moments.IsFinite)
        {
            return Answer(moments.IsFinite ? UpdateOutcome.LengthMismatch : UpdateOutcome.NotFinite);
        }

        var statistics = new UpdateStatistics(_current.Version - header.BaseVersion, moments.Variance, double.NaN, moments.Norm, header.ExampleCount);
        double weight = weighting.GetWeight(statistics);
        if (weight <= 0)
        {
            return Answer(UpdateOutcome.ZeroWeight);
        }

        if (!_known.Add((header.Client, header.Id)))
        {
            return Answer(UpdateOutcome.Duplicate);
        }

        float[] parameters = _current.Parameters.ToArray();
        ModelVersion next = _current.Version.Next;
        selection.AddScaled(update.Values.Span, (float)(weight / next.Number), parameters);
        _current = ModelSnapshot.TakeOver(_current.Layout, next, parameters, selection);
        return Answer(UpdateOutcome.Published, weight);
    }

    private UpdateReceipt Answer(UpdateOutcome outcome, double weight = 0) => new(outcome, _current.Version, weight);
}
