namespace Ftte.Tests;

/// <summary>Holds up whoever passes until it is opened, and tells when somebody has arrived.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Arrived => _arrived.Task;

    public void Open() => _open.TrySetResult();

    public Task PassAsync()
    {
        _arrived.TrySetResult();
        return _open.Task;
    }
}
