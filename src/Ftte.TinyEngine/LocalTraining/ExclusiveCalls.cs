using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Runs the calls of a trainer one at a time, and stops the current one when the trainer is disposed.</summary>
/// <param name="owner">The trainer that messages name.</param>
/// <param name="free">Frees the memory of the trainer; called once, after the last call.</param>
internal sealed class ExclusiveCalls(object owner, Action free) : IDisposable
{
    private readonly ResourceGuard _guard = new(
        free, "Another call of the trainer has not ended. Await each call before the next one, and do not call the trainer from its own callbacks or example source.");

    // Never disposed: without a timer it holds no resources, and disposal could race with a run that links to it.
    private readonly CancellationTokenSource _disposal = new();

    /// <summary>Represents a call that works on a vector.</summary>
    public delegate void VectorWork(ReadOnlySpan<float> vector, CancellationToken stop);

    /// <summary>Runs a call that returns an update.</summary>
    /// <exception cref="InvalidOperationException">Another call has not ended.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed, before the call or during it.</exception>
    public ValueTask<SparseUpdate> RunAsync(Func<CancellationToken, SparseUpdate> work, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = Enter(cancellationToken);
        try
        {
            return ValueTask.FromResult(work(stop.Token));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<SparseUpdate>(cancellationToken) : throw DisposedMeanwhile();
        }
        finally
        {
            _guard.Exit();
        }
    }

    /// <summary>Runs a call on a vector.</summary>
    /// <exception cref="InvalidOperationException">Another call has not ended.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed, before the call or during it.</exception>
    /// <exception cref="OperationCanceledException">The call was canceled.</exception>
    public void Run(ReadOnlySpan<float> vector, VectorWork work, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = Enter(cancellationToken);
        try
        {
            work(vector, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw DisposedMeanwhile();
        }
        finally
        {
            _guard.Exit();
        }
    }

    /// <summary>Cancels the current call and rejects further calls. Does not wait.</summary>
    public void Dispose()
    {
        _guard.Dispose();
        _disposal.Cancel();
    }

    private CancellationTokenSource Enter(CancellationToken cancellationToken)
    {
        _guard.Enter(owner);
        return CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token);
    }

    private ObjectDisposedException DisposedMeanwhile() => new(owner.GetType().Name, "The trainer was disposed during the call.");
}
