namespace Ftte.PublicApi.Tests.Transports;

/// <summary>A transport within one process that behaves like one over a network: the two ends share no buffer, and the server runs on while the device gives up.</summary>
/// <remarks>It is correct. The properties and virtual methods are the places at which <see cref="PlantedFaults"/> changes it.</remarks>
internal class MemoryLink(IFederatedServer server, ParameterLayout layout) : IFederatedServer, IAsyncDisposable
{
    private readonly CancellationTokenSource _disposed = new();

    public Func<CheckOutRequest, CheckOutRequest> Request { get; init; } = request => request;

    public Func<CheckOutResponse, CheckOutResponse> Response { get; init; } = response => response;

    public Func<UpdateHeader, UpdateHeader> Header { get; init; } = header => header;

    public Func<float[], float[]> Values { get; init; } = values => values;

    public Func<UpdateReceipt, UpdateReceipt> Receipt { get; init; } = receipt => receipt;

    /// <summary>Gets the function that copies received parameters into the buffer of the device.</summary>
    public Action<CheckOutResponse, float[], Memory<float>> Write { get; init; } =
        (response, received, parameters) => response.Assignment?.Refreshed.Copy(received, parameters.Span);

    public bool ChecksBufferLength { get; init; } = true;

    public bool EndsCallsAtDisposal { get; init; } = true;

    public virtual async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        if (ChecksBufferLength)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, layout.ParameterCount, nameof(parameters));
        }

        float[] received = new float[layout.ParameterCount];
        CheckOutResponse response = await CallAsync(() => server.CheckOutAsync(Request(request), received, CancellationToken.None).AsTask(), cancellationToken);
        Write(response, received, parameters);
        return Response(response);
    }

    public virtual async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        UpdateHeader header = Header(update.Header);
        float[] values = Values(update.Values.ToArray());
        return await CallAsync(() => SendAsync(header, values), cancellationToken);
    }

    public virtual ValueTask DisposeAsync()
    {
        if (EndsCallsAtDisposal)
        {
            _disposed.Cancel();
        }

        return default;
    }

    /// <summary>Hands an update in at the server's end.</summary>
    protected async Task<UpdateReceipt> SendAsync(UpdateHeader header, float[] values)
    {
        using SparseUpdate sent = SparseUpdate.Create(header, values);
        return Receipt(await server.SubmitAsync(sent, CancellationToken.None));
    }

    /// <summary>Runs a call at the server's end and waits for it at the device's end.</summary>
    protected virtual async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        cancellationToken.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        try
        {
            return await Task.Run(call, CancellationToken.None).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error)
        {
            throw new IOException($"The call failed: {error.Message}", error);
        }
    }
}
