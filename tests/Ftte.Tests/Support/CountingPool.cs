using System.Buffers;

namespace Ftte.Tests;

/// <summary>A pool that counts what it lends, so that a test can tell a leak and a buffer that is too large.</summary>
internal sealed class CountingPool(int maxBufferSize = int.MaxValue) : MemoryPool<float>
{
    private int _outstanding;
    private int _rents;
    private int _largestRent;

    public override int MaxBufferSize => maxBufferSize;

    /// <summary>Gets the number of buffers lent and not yet returned.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Gets the number of buffers ever lent.</summary>
    public int Rents => Volatile.Read(ref _rents);

    /// <summary>Gets the largest number of values ever asked for at once.</summary>
    public int LargestRent => Volatile.Read(ref _largestRent);

    public override IMemoryOwner<float> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, maxBufferSize);
        Interlocked.Increment(ref _outstanding);
        Interlocked.Increment(ref _rents);
        int seen;
        while ((seen = LargestRent) < minBufferSize && Interlocked.CompareExchange(ref _largestRent, minBufferSize, seen) != seen)
        {
        }

        return new Loan(this, Shared.Rent(minBufferSize));
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Loan(CountingPool pool, IMemoryOwner<float> inner) : IMemoryOwner<float>
    {
        private int _returned;

        public Memory<float> Memory => inner.Memory;

        public void Dispose()
        {
            // Returning twice counts once, as the contract of IDisposable wants.
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                inner.Dispose();
                Interlocked.Decrement(ref pool._outstanding);
            }
        }
    }
}
