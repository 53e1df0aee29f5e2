using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>An aggregator: every update makes a version, and the n-th moves the model by 1/n of its weighted step; fresh ones average exactly.</summary>
internal sealed class RunningAverage(ModelSnapshot initial, SelectionHistory selections, IStalenessWeighting weighting) : IAsyncAggregator
{
    private readonly UpdateValidator _validator = new(initial.Layout, selections);
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
        if (!_validator.Check(update, _current.Version, out ParameterSelection? selection, out UpdateReceipt rejection))
        {
            return rejection;
        }

        (UpdateHeader header, UpdateMoments moments) = (update.Header, update.Moments);
        double weight = weighting.GetWeight(new UpdateStatistics(_current.Version - header.BaseVersion, moments.Variance, double.NaN, moments.Norm, header.ExampleCount));
        if (weight <= 0)
        {
            return new UpdateReceipt(UpdateOutcome.ZeroWeight, _current.Version);
        }

        float[] parameters = _current.Parameters.ToArray();
        ModelVersion replaced = _current.Version;
        selection.AddScaled(update.Values.Span, (float)(weight / replaced.Next.Number), parameters);
        _current = ModelSnapshot.TakeOver(_current.Layout, replaced.Next, parameters, selection);
        _validator.Accept(header);
        _validator.Publish(replaced);
        return new UpdateReceipt(UpdateOutcome.Published, _current.Version, weight);
    }
}
