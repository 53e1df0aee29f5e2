using Microsoft.Extensions.Logging;

namespace Ftte;

/// <summary>Calls the server through a transport and reports every failure of the link as an <see cref="IOException"/>.</summary>
/// <remarks>
/// Transports throw many kinds of exceptions: <c>HttpRequestException</c>, <c>SocketException</c>, <see cref="TimeoutException"/>,
/// a <see cref="TaskCanceledException"/> for a timeout, or custom exceptions. The device handles all of them in the same way: it retries later.
/// Only misuse and cancellation by the caller are distinguished.
/// </remarks>
internal sealed class ServerLink(IFederatedServer server, ClientId client, TimeProvider time, ILogger logger)
{
    private readonly OutageLog _outage = new(client, time, logger);

    /// <summary>Gets the number of failed calls since the last successful one.</summary>
    public int ConsecutiveFailures { get; private set; }

    /// <summary>Gets the reason for the latest failed call; null if the latest call succeeded.</summary>
    public IOException? LastError { get; private set; }

    public ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest device, Memory<float> parameters, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        CheckOutResponse checkOut = await server.CheckOutAsync(device, parameters, cancellationToken).ConfigureAwait(false);
        return checkOut.Assignment is { } work && (work.Client != device.Client || work.LayoutFingerprint != device.LayoutFingerprint)
            ? throw new IOException($"The server assigned work for '{work.Client}' and layout {work.LayoutFingerprint:x16} to '{device.Client}' with layout {device.LayoutFingerprint:x16}. Check the server and the transport.")
            : checkOut;
    }, cancellationToken);

    public ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken) =>
        CallAsync(() => server.SubmitAsync(update, cancellationToken), cancellationToken);

    private static bool IsMisuse(Exception error) => error is ArgumentException or ObjectDisposedException or NotSupportedException or NotImplementedException;

    private async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        T answer;
        try
        {
            answer = await call().ConfigureAwait(false);
        }
        catch (Exception error) when (!IsMisuse(error))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("The call to the server was canceled.", error, cancellationToken);
            }

            LastError = error as IOException ?? new IOException($"The call to the server failed: {error.Message}", error);
            ConsecutiveFailures++;
            ClientMetrics.LinkFailed(ConsecutiveFailures);
            _outage.Failed(error);
            if (ReferenceEquals(LastError, error))
            {
                throw;
            }

            throw LastError;
        }

        if (ConsecutiveFailures > 0)
        {
            (ConsecutiveFailures, LastError) = (0, null);
            ClientMetrics.LinkRecovered();
            _outage.Ended();
        }

        return answer;
    }
}
