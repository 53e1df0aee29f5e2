namespace Ftte.Http;

/// <summary>Cancels a call that makes no progress, and with the caller's token or the disposal of the proxy.</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _late = new();
    private readonly CancellationTokenSource _any;
    private readonly ITimer _timer;

    public CallDeadline(TimeSpan timeout, TimeProvider time, CancellationToken disposed, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _any = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, disposed, cancellationToken);
        _timer = time.CreateTimer(static late => ((CancellationTokenSource)late!).Cancel(), _late, timeout, System.Threading.Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _any.Token;

    public bool IsExpired => _late.IsCancellationRequested;

    /// <summary>Starts the time again, because the call made progress.</summary>
    public void Restart() => _timer.Change(_timeout, System.Threading.Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _any.Dispose();

        // The other source is not disposed: a timer that fires meanwhile may still cancel it.
    }
}
