using Ftte.Aggregation;

namespace Ftte.Store.CrashProbe;

/// <summary>Reports each update that is aggregated and the version that its buffer replaces, before anything is durable.</summary>
internal sealed class ReportingAggregator(BufferedAggregator aggregator, Action<string> report) : IGuardedAggregator, IStatefulAggregator
{
    public ModelSnapshot Current => aggregator.Current;

    public VersionRefusal? LatestRefusal => aggregator.LatestRefusal;

    public AggregatorState CaptureState() => aggregator.CaptureState();

    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => aggregator.FlushAsync(cancellationToken);

    public async ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ModelVersion before = Current.Version;
        UpdateReceipt receipt = await aggregator.AggregateAsync(update, cancellationToken);
        if (receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published)
        {
            report($"fold {before.Number} {Workload.Format(update.Header)}");
        }

        return receipt;
    }
}
