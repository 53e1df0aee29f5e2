using System.Collections.Concurrent;

namespace Ftte.Testing;

/// <summary>A server that answers what a test tells it to, and remembers what reached it.</summary>
public sealed class ScriptedServer : IFederatedServer
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _holds;

    /// <summary>Gets or sets how a device is answered that asks for work; may write to the buffer.</summary>
    public Func<CheckOutRequest, Memory<float>, CheckOutResponse> OnCheckOut { get; set; } = (_, _) => new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.Zero);

    /// <summary>Gets or sets how an update is answered.</summary>
    public Func<SparseUpdate, UpdateReceipt> OnSubmit { get; set; } = _ => new UpdateReceipt(UpdateOutcome.Buffered, default, 1);

    /// <summary>Gets what devices said about themselves, in the order of arrival.</summary>
    public ConcurrentQueue<CheckOutRequest> Devices { get; } = new();

    /// <summary>Gets the headers and values of the updates, in the order of arrival.</summary>
    public ConcurrentQueue<(UpdateHeader Header, float[] Values)> Updates { get; } = new();

    /// <summary>Makes the next calls wait; the task completes when one has arrived.</summary>
    public Task HoldAsync()
    {
        _entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _holds = true;
        return _entered.Task;
    }

    /// <summary>Lets later calls pass at once; those that wait go on waiting until cancelled.</summary>
    public void LetPass() => _holds = false;

    /// <summary>Ends all waiting, so that no endpoint is left hanging when the test is over.</summary>
    public void Release()
    {
        _holds = false;
        _released.TrySetResult();
    }

    /// <inheritdoc />
    public async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest device, Memory<float> parameters, CancellationToken cancellationToken = default)
    {
        Devices.Enqueue(device);
        await PassAsync(cancellationToken);
        return OnCheckOut(device, parameters);
    }

    /// <inheritdoc />
    public async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
    {
        Updates.Enqueue((update.Header, update.Values.ToArray()));
        await PassAsync(cancellationToken);
        return OnSubmit(update);
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        if (_holds)
        {
            _entered.TrySetResult();
            await _released.Task.WaitAsync(cancellationToken);
        }
    }
}
