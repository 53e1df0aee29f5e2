using System.Buffers;
using System.Collections.Concurrent;
using Ftte.Wire;

namespace Ftte.PublicApi.Tests.Transports;

/// <summary>The planted faults that change the course of a call.</summary>
internal static class FaultyLinks
{
    public sealed class DisposesUpdates(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        public override async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            using SparseUpdate disposed = update;
            return await base.SubmitAsync(disposed, cancellationToken);
        }
    }

    public sealed class DisposesCanceledUpdates(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        public override async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            UpdateReceipt? receipt = null;
            try
            {
                return (receipt = await base.SubmitAsync(update, cancellationToken)).Value;
            }
            finally
            {
                if (receipt is null)
                {
                    update.Dispose();
                }
            }
        }
    }

    public sealed class ReadsUpdatesLater(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private (UpdateHeader Header, ReadOnlyMemory<float> Values)? _unsent;

        public override async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default)
        {
            if (_unsent is { } earlier)
            {
                _unsent = null;
                await SendAsync(earlier.Header, earlier.Values.ToArray());
            }

            ReadOnlyMemory<float> values = update.Values;
            if (cancellationToken.IsCancellationRequested)
            {
                _unsent = (update.Header, values);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return await base.SubmitAsync(update, cancellationToken);
        }
    }

    public sealed class KeepsBuffers(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private Memory<float>? _kept;

        public override ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default) =>
            base.CheckOutAsync(request, _kept ??= parameters, cancellationToken);
    }

    public sealed class WritesLater(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private readonly ConcurrentQueue<(Task Call, Memory<float> Parameters)> _late = new();

        public override async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
        {
            while (_late.TryDequeue(out (Task Call, Memory<float> Parameters) late))
            {
                await late.Call;
                late.Parameters.Span.Fill(1);
            }

            Task<CheckOutResponse> call = base.CheckOutAsync(request, new float[parameters.Length], CancellationToken.None).AsTask();
            try
            {
                CheckOutResponse response = await call.WaitAsync(cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                return response;
            }
            catch (OperationCanceledException)
            {
                _late.Enqueue((call, parameters));
                throw;
            }
        }
    }

    public sealed class RepeatsAnswers(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private UpdateReceipt? _receipt;

        public override async ValueTask<UpdateReceipt> SubmitAsync(SparseUpdate update, CancellationToken cancellationToken = default) =>
            _receipt ??= await base.SubmitAsync(update, cancellationToken);
    }

    public sealed class KeepsLateAnswers(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private readonly ConcurrentDictionary<Type, Task> _unread = new();

        protected override async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
        {
            Task<T>? own = null;
            try
            {
                return await base.CallAsync(
                    () =>
                    {
                        own = call();
                        return _unread.TryRemove(typeof(T), out Task? late) ? (Task<T>)late : own;
                    },
                    cancellationToken);
            }
            catch (OperationCanceledException) when (own is not null)
            {
                _unread[typeof(T)] = own;
                throw;
            }
        }
    }

    /// <summary>All answers travel over one stream of bytes, from which a canceled call reads only a part of its answer.</summary>
    public sealed class ReadsHalf(IFederatedServer server, ParameterLayout layout) : MemoryLink(server, layout)
    {
        private const int Chunk = 4096;

        private readonly Queue<byte> _stream = new();

        public override async ValueTask<CheckOutResponse> CheckOutAsync(CheckOutRequest request, Memory<float> parameters, CancellationToken cancellationToken = default)
        {
            float[] received = new float[parameters.Length];
            CheckOutResponse response = await base.CheckOutAsync(request, received, CancellationToken.None);
            var answer = new ArrayBufferWriter<byte>();
            CheckOutResponseMessage.Write(answer, response, received, ValueFormat.Float32, seed: 0);
            Array.ForEach([.. BitConverter.GetBytes(answer.WrittenCount), .. answer.WrittenSpan], _stream.Enqueue);

            byte[] message = new byte[BitConverter.ToInt32(Read(sizeof(int)))];
            for (int at = 0; at < message.Length; at += Chunk)
            {
                Read(Math.Min(Chunk, message.Length - at)).CopyTo(message, at);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return CheckOutResponseMessage.Read(message, parameters.Span);
        }

        private byte[] Read(int count) => count <= _stream.Count
            ? [.. Enumerable.Range(0, count).Select(_ => _stream.Dequeue())]
            : throw new EndOfStreamException();
    }

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
