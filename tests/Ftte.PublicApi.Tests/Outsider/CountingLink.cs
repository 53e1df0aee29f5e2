namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>A decorator of the transport interface: counts calls, and breaks the link after every n-th update has arrived, so that the receipt is lost.</summary>
internal sealed class CountingLink(IFederatedServer inner, int breakEvery = int.MaxValue) : IFederatedServer
{
    private int _checkOuts;
    private int _submissions;

    public int CheckOuts => Volatile.Read(ref _checkOuts);

    public int Submissions => Volatile.Read(ref _submissions);

    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _checkOuts);
        return inner.CheckOutAsync(request, parameters, cancellationToken);
    }

    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        int submission = Interlocked.Increment(ref _submissions);
        UpdateReceipt receipt = await inner.SubmitAsync(update, cancellationToken);
        return submission % breakEvery == 0 ? throw new IOException("The link broke.") : receipt;
    }
}
