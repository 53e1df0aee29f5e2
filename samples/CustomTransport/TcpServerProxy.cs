using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Ftte;
using Ftte.Wire;

namespace CustomTransport;

/// <summary>Represents the client side of the transport: implements the server interface and uses a separate connection for each call, so that calls can overlap and fail independently.</summary>
/// <remarks>Every failure of the connection is an <see cref="IOException"/>, which the device loop retries. Disposal ends the calls that wait for an answer.</remarks>
internal sealed class TcpServerProxy(IPEndPoint address, ParameterLayout layout, TimeSpan? timeout = null, TimeProvider? time = null) : IFederatedServer, IDisposable
{
    private readonly CancellationTokenSource _disposed = new();
    private readonly WireLimits _limits = WireLimits.For(layout);

    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, layout.ParameterCount, nameof(parameters));
        return await CallAsync(
            writer => CheckOutRequestMessage.Write(writer, request),
            _limits.MaxMessageBytes,
            answer => CheckOutResponseMessage.Read(answer.Span, parameters.Span, _limits),
            cancellationToken);
    }

    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ulong seed = WireMessage.GetSeed(update.Header.Client, update.Header.Id);
        return await CallAsync(
            request => UpdateMessage.Write(request, update, ValueFormat.Float32, seed),
            ReceiptMessage.Length,
            answer => ReceiptMessage.Read(answer.Span),
            cancellationToken);
    }

    public void Dispose() => _disposed.Cancel();

    private async Task<T> CallAsync<T>(Action<IBufferWriter<byte>> write, int limit, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        cancellationToken.ThrowIfCancellationRequested();
        var request = new ArrayBufferWriter<byte>();
        write(request);
        using var late = new CancellationTokenSource(timeout ?? TimeSpan.FromMinutes(10), time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken, _disposed.Token);
        using var connection = new TcpClient { NoDelay = true };
        try
        {
            await connection.ConnectAsync(address, either.Token);
            await Frame.WriteAsync(connection.GetStream(), request.WrittenMemory, either.Token);
            return read(await Frame.ReadAsync(connection.GetStream(), limit, either.Token));
        }
        catch (Exception error) when (error is SocketException or WireFormatException)
        {
            throw new IOException($"The call to {address} failed: {error.Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(_disposed.IsCancellationRequested
                ? $"The proxy of the server at {address} was disposed during the call."
                : $"The server at {address} did not answer in time.", error);
        }
    }
}
