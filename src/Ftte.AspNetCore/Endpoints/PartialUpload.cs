namespace Ftte.AspNetCore.Endpoints;

/// <summary>Represents the start of an update that has arrived, while one request reads the rest and afterwards.</summary>
/// <param name="owner">The client ID that was authenticated; null without authentication.</param>
/// <param name="update">The ID of the update.</param>
/// <param name="body">The bytes.</param>
#pragma warning disable CA1001 // The source has no timer and no handle to dispose, and another request may cancel it at any time.
internal sealed class PartialUpload(string? owner, UpdateId update, RequestBody body)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _interrupted = new();
    private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string? Owner => owner;

    public UpdateId Update => update;

    public RequestBody Body => body;

    /// <summary>Gets a token that is canceled if another request of the device needs the upload.</summary>
    public CancellationToken Interrupted => _interrupted.Token;

    /// <summary>Gets the timestamp at which the request returned the upload.</summary>
    public long ReturnedAt { get; private set; }

    public void Return(long now)
    {
        ReturnedAt = now;
        _returned.TrySetResult();
    }

    /// <summary>Ends the reading of the request that has the upload, and waits until it has returned it.</summary>
    public async Task InterruptAsync(CancellationToken cancellationToken)
    {
        await _interrupted.CancelAsync().ConfigureAwait(false);
        await _returned.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
