using System.Collections.Concurrent;

namespace Ftte.PublicApi.Tests.Transports;

/// <summary>The planted faults that end, delay or fail calls.</summary>
internal static class FaultyCalls
{
    public sealed class EndsTogether(IFederatedServer server, ParameterLayout layout, bool andFailures) : MemoryLink(server, layout)
    {
        private readonly TaskCompletionSource _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            Task<T> own = base.CallAsync(call, cancellationToken);
            if (await Task.WhenAny(own, _connection.Task) != own)
            {
                throw new IOException("The connection has ended.");
            }

            if (own.IsCanceled || (andFailures && own.IsFaulted))
            {
                _connection.TrySetResult();
            }

            return await own;
        }
    }

    public sealed class OneAtATime(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private readonly SemaphoreSlim _turn = new(1);

        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                return await base.CallAsync(call, cancellationToken);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    public sealed class FailsForGood(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private IOException? _failure;

        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            try
            {
                return _failure is null ? await base.CallAsync(call, cancellationToken) : throw _failure;
            }
            catch (IOException error)
            {
                _failure = error;
                throw;
            }
        }
    }

    public sealed class SendsCanceledCalls(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            T answer = await base.CallAsync(call, CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return answer;
        }
    }

    public sealed class IgnoresCancellation(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        protected override Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken) => base.CallAsync(call, CancellationToken.None);
    }

    public sealed class ThrowsIOExceptionIfCanceled(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CallAsync(call, cancellationToken);
            }
            catch (OperationCanceledException error)
            {
                throw new IOException("The call ended early.", error);
            }
        }
    }

    public sealed class DisposalWaits(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private readonly ConcurrentQueue<Task> _calls = new();

        public override async ValueTask DisposeAsync()
        {
            await Task.WhenAll(_calls);
            await base.DisposeAsync();
        }

        protected override Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            Task<T> own = base.CallAsync(call, cancellationToken);
            _calls.Enqueue(own);
            return own;
        }
    }

    public sealed class SwallowsFailures(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CallAsync(call, cancellationToken);
            }
            catch (IOException)
            {
                return default!;
            }
        }
    }

    public sealed class HangsOnFailures(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CallAsync(call, cancellationToken);
            }
            catch (IOException)
            {
                return await new TaskCompletionSource<T>().Task.WaitAsync(cancellationToken);
            }
        }
    }

    public sealed class Throws(IFederatedServer server, ParameterLayout layout, Func<Exception, Exception> translate) : MemoryLink(server, layout)
    {
        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            try
            {
                return await base.CallAsync(call, cancellationToken);
            }
            catch (IOException error) when (error.InnerException is { } cause)
            {
                throw translate(cause);
            }
        }
    }

    public sealed class BlocksCallers(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private readonly ManualResetEventSlim _disposed = new();

        public override ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
        {
            _disposed.Wait(CancellationToken.None);
            return base.CheckOutAsync(request, parameters, cancellationToken);
        }

        public override ValueTask DisposeAsync()
        {
            _disposed.Set();
            return base.DisposeAsync();
        }
    }
}
