using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A server: hands the whole model to whoever asks, one call at a time.</summary>
internal sealed class PlainServer(IAsyncAggregator aggregator, SelectionHistory selections) : IFederatedServer, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private ulong _issued;

    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        ModelSnapshot model = aggregator.Current;
        if (request.LayoutFingerprint != model.Layout.Fingerprint)
        {
            return new CheckOutResponse(CheckOutOutcome.LayoutMismatch);
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            model = aggregator.Current;
            model.Parameters.CopyTo(parameters);
            (SelectionVersion version, ParameterSelection selection) = selections.Current;
            return new CheckOutResponse(CheckOutOutcome.Assigned, new TrainingAssignment(
                request.Client,
                new UpdateId(_issued++),
                model.Layout.Fingerprint,
                model.Version,
                version,
                selection,
                ParameterSelection.Full(model.Layout),
                UpdateContent.Difference,
                TimeSpan.FromMinutes(1)));
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await aggregator.AggregateAsync(update, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
