using System.Buffers;
using System.Collections.Concurrent;

namespace Ftte.Tests;

/// <summary>A pool that spoils every buffer the moment it is returned and lends it again, so that reading one after it was returned shows.</summary>
internal sealed class PoisoningPool : MemoryPool<float>
{
    private readonly ConcurrentBag<float[]> _spare = [];
    private int _outstanding;

    public int Outstanding => Volatile.Read(ref _outstanding);

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<float> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _outstanding);
        float[] array = _spare.TryTake(out float[]? spare) && spare.Length >= minBufferSize ? spare : new float[minBufferSize];
        return new Loan(this, array);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Loan(PoisoningPool pool, float[] array) : IMemoryOwner<float>
    {
        private int _returned;

        public Memory<float> Memory => array;

        public void Dispose()
        {
            Assert.Equal(0, Interlocked.Exchange(ref _returned, 1));
            Array.Fill(array, float.NaN);
            pool._spare.Add(array);
            Interlocked.Decrement(ref pool._outstanding);
        }
    }
}
