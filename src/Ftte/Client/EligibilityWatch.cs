using System.Runtime.ExceptionServices;

namespace Ftte;

/// <summary>Consults <see cref="FederatedClientOptions.GetIneligibleReason"/> at intervals while a round runs, and cancels the round when the device is no longer eligible.</summary>
internal sealed class EligibilityWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _stop;
    private readonly Task _loop;
    private volatile string? _reason;
    private volatile ExceptionDispatchInfo? _error;

    /// <summary>Begins to watch.</summary>
    /// <param name="options">The options of the client.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels the round for another reason.</param>
    public EligibilityWatch(FederatedClientOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _loop = options.GetIneligibleReason is { } getReason ? RunAsync(getReason, options.EligibilityInterval, time) : Task.CompletedTask;
    }

    /// <summary>Gets the token that ends the round.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Gets the reason why the round was stopped; null if it was not.</summary>
    public string? Reason => _reason;

    /// <summary>Throws the exception of the app's check, if there was one.</summary>
    public void ThrowIfFailed() => _error?.Throw();

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
        _ended.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, ValueTask<string?>> getReason, TimeSpan interval, TimeProvider time)
    {
        try
        {
            do
            {
                await Task.Delay(interval, time, _ended.Token).ConfigureAwait(false);
                _reason = await getReason(_ended.Token).ConfigureAwait(false);
            }
            while (_reason is null);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // Thrown by the round.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }

        await _stop.CancelAsync().ConfigureAwait(false);
    }
}
