using System.Buffers;
using System.Collections.Concurrent;
using Ftte.Wire;

namespace Ftte.PublicApi.Tests.Transports;

/// <summary>The planted faults that return the answer of another call.</summary>
internal static class FaultyAnswers
{
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
}
