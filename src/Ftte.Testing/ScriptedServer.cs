using System.Collections.Concurrent;

namespace Ftte.Testing;

/// <summary>A server that gives the answers of a test, and records the calls that reach it.</summary>
/// <remarks>Safe for concurrent calls. The answers are set before the calls that they are for.</remarks>
public sealed class ScriptedServer : IFederatedServer
{
    private TaskCompletionSource _released = NewSource();
    private TaskCompletionSource _entered = NewSource();
    private volatile bool _holds;
    private volatile string _status = "No call has reached the server.";

    /// <summary>Gets or sets the answer to a check-out; the function may write to the buffer, and what it throws is the server's failure.</summary>
    /// <value>By default <see cref="CheckOutOutcome.Busy"/> with no wait.</value>
    public Func<CheckOutRequest, Memory<float>, CheckOutResponse> OnCheckOut { get; set; } = (_, _) => new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.Zero);

    /// <summary>Gets or sets the answer to an update; what the function throws is the server's failure.</summary>
    /// <value>By default <see cref="UpdateOutcome.Buffered"/> with weight 1.</value>
    public Func<SparseUpdate, UpdateReceipt> OnSubmit { get; set; } = _ => new UpdateReceipt(UpdateOutcome.Buffered, default, 1);

    /// <summary>Gets the requests for work, in the order of arrival.</summary>
    public ConcurrentQueue<CheckOutRequest> Devices { get; } = new();

    /// <summary>Gets the headers and copies of the values of the updates, in the order of arrival.</summary>
    public ConcurrentQueue<(UpdateHeader Header, float[] Values)> Updates { get; } = new();

    /// <summary>Gets a sentence about the latest call, for the message of a fact that waited in vain.</summary>
    internal string Status => _status;

    /// <summary>Holds back the answers to the next calls.</summary>
    /// <returns>A task that completes when the first of these calls has arrived.</returns>
    public Task HoldAsync()
    {
        if (_released.Task.IsCompleted)
        {
            _released = NewSource();
        }

        _entered = NewSource();
        _holds = true;
        return _entered.Task;
    }

    /// <summary>Answers later calls at once. Calls that are held stay held until they are canceled or <see cref="Release"/> is called.</summary>
    public void LetPass() => _holds = false;

    /// <summary>Answers the calls that are held, and later calls at once.</summary>
    public void Release()
    {
        _holds = false;
        _released.TrySetResult();
    }

    /// <inheritdoc />
    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        Devices.Enqueue(request);
        return await AnswerAsync(nameof(CheckOutAsync), () => OnCheckOut(request, parameters), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        cancellationToken.ThrowIfCancellationRequested();
        Updates.Enqueue((update.Header, update.Values.ToArray()));
        return await AnswerAsync(nameof(SubmitAsync), () => OnSubmit(update), cancellationToken).ConfigureAwait(false);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<T> AnswerAsync<T>(string method, Func<T> answer, CancellationToken cancellationToken)
    {
        _status = $"The server received {method} and has not answered.";
        if (_holds)
        {
            // Read first: a test that has seen the arrival may hold other calls.
            Task released = _released.Task;
            _entered.TrySetResult();
            await released.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            T result = answer();
            _status = $"The server answered {method}.";
            return result;
        }
        catch (Exception error)
        {
            _status = $"The server threw {error.GetType().Name} in {method}.";
            throw;
        }
    }
}
