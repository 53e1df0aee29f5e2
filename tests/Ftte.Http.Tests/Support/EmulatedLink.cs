using System.Threading.Channels;

namespace Ftte.Http.Tests;

/// <summary>Forwards the packets between two interfaces with the delay, the loss and the rate of a shape, as tc netem does, for kernels without it.</summary>
internal sealed class EmulatedLink : IDisposable
{
    // About two seconds at 256 kbit/s; further packets are dropped.
    private const int MaxQueuedBytes = 64_000;

    private readonly CancellationTokenSource _disposed = new();
    private readonly TunnelInterface _first, _second;
    private readonly NetworkShape _shape;
    private int _lost;

    /// <summary>Starts to forward. Owns both interfaces.</summary>
    public EmulatedLink(TunnelInterface first, TunnelInterface second, NetworkShape shape)
    {
        (_first, _second, _shape) = (first, second, shape);
        _ = Task.WhenAll(ForwardAsync(_first, _second, seed: 1), ForwardAsync(_second, _first, seed: 2)).ContinueWith(
            _ =>
            {
                _first.Dispose();
                _second.Dispose();
            },
            TaskScheduler.Default);
    }

    /// <summary>Gets the number of packets that were dropped at random.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public void Dispose() => _disposed.Cancel();

    private Task ForwardAsync(TunnelInterface from, TunnelInterface to, int seed)
    {
        var queue = Channel.CreateUnbounded<(long Due, byte[] Packet)>();
        Task reading = Task.Factory.StartNew(() => Read(from, queue.Writer, new Random(seed)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.WhenAll(reading, DeliverAsync(queue.Reader, to));
    }

    private void Read(TunnelInterface from, ChannelWriter<(long Due, byte[] Packet)> queue, Random random)
    {
        TimeProvider time = TimeProvider.System;
        double bytesPerTick = _shape.KilobitsPerSecond * 125.0 / time.TimestampFrequency;
        long delay = (long)(_shape.Delay.TotalSeconds * time.TimestampFrequency), free = 0;
        byte[] packet = new byte[TunnelInterface.MaxPacketBytes];
        while (!_disposed.IsCancellationRequested)
        {
            int length = from.Read(packet);
            if (length == 0)
            {
                continue;
            }

            if (random.Next(100) < _shape.LossPercent)
            {
                Interlocked.Increment(ref _lost);
                continue;
            }

            long now = time.GetTimestamp();
            long begin = Math.Max(now, free);
            if ((begin - now) * bytesPerTick <= MaxQueuedBytes)
            {
                free = begin + (long)(length / bytesPerTick);
                queue.TryWrite((free + delay, packet[..length]));
            }
        }

        queue.Complete();
    }

    private async Task DeliverAsync(ChannelReader<(long Due, byte[] Packet)> queue, TunnelInterface to)
    {
        TimeProvider time = TimeProvider.System;
        await foreach ((long due, byte[] packet) in queue.ReadAllAsync())
        {
            TimeSpan wait = time.GetElapsedTime(time.GetTimestamp(), due);
            if (wait > TimeSpan.Zero && !_disposed.IsCancellationRequested)
            {
                await Task.Delay(wait, time);
            }

            to.Write(packet);
        }
    }
}
