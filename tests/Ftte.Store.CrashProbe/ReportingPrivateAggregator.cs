using System.Globalization;
using Ftte.Aggregation;
using Ftte.Privacy;

namespace Ftte.Store.CrashProbe;

/// <summary>Reports each update that is aggregated, and each version with the change of every coordinate, before anything is durable.</summary>
internal sealed class ReportingPrivateAggregator(PrivateAggregator aggregator, Action<string> report) : IGuardedAggregator, IStatefulAggregator, ILimitedAggregator
{
    public ModelSnapshot Current => aggregator.Current;

    public VersionRefusal? LatestRefusal => aggregator.LatestRefusal;

    public bool AllowsSurveys => aggregator.AllowsSurveys;

    public string? EndReason => aggregator.EndReason;

    public AggregatorState CaptureState() => aggregator.CaptureState();

    public ParticipationStatus GetParticipation(ClientId client) => aggregator.GetParticipation(client);

    public ValueTask<ModelSnapshot?> FlushAsync(CancellationToken cancellationToken = default) => aggregator.FlushAsync(cancellationToken);

    public async ValueTask<UpdateReceipt> AggregateAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ModelSnapshot before = Current;
        UpdateReceipt receipt = await aggregator.AggregateAsync(update, cancellationToken);
        if (receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published)
        {
            report($"fold {before.Version.Number} {update.Header.Client} {update.Header.Id.Value}");
        }

        if (receipt.Outcome == UpdateOutcome.Published)
        {
            IEnumerable<string> changes = Current.Parameters.ToArray().Zip(before.Parameters.ToArray(), (after, earlier) => (after - earlier).ToString("R", CultureInfo.InvariantCulture));
            report($"version {Current.Version.Number} {Current.Fingerprint} {string.Join(' ', changes)}");
        }

        return receipt;
    }
}
