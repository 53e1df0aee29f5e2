using System.Collections.Concurrent;

namespace Ftte.PublicApi.Tests.Transports;

/// <summary>The planted faults that misuse a buffer of the caller.</summary>
internal static class FaultyBuffers
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
}
