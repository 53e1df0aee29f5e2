using Ftte;

namespace SelectionStudy.Running;

/// <summary>A link on which an update waits until it is let through: so updates arrive in an order that the seed decides.</summary>
internal sealed class GatedLink(IFederatedServer server) : IFederatedServer
{
    private TaskCompletionSource _gate = new();

    /// <summary>Lets the waiting update through.</summary>
    public void Open() => _gate.SetResult();

    public ValueTask<CheckOut> CheckOutAsync(DeviceProfile device, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        _gate = new TaskCompletionSource();
        return server.CheckOutAsync(device, parameters, cancellationToken);
    }

    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        await _gate.Task.WaitAsync(cancellationToken);
        return await server.SubmitAsync(update, cancellationToken);
    }
}
