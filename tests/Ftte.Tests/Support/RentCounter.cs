using System.Buffers;

namespace Ftte.Tests;

/// <summary>Counts the buffers that are out, so that a test fails when one is not returned.</summary>
internal sealed class RentCounter : MemoryPool<float>
{
    private int _outstanding;

    public int Outstanding => _outstanding;

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<float> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _outstanding);
        return new Owner(this, new float[Math.Max(minBufferSize, 1)]);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Owner(RentCounter counter, float[] array) : IMemoryOwner<float>
    {
        private int _returned;

        public Memory<float> Memory => array;

        public void Dispose()
        {
            Assert.Equal(0, Interlocked.Exchange(ref _returned, 1));
            Interlocked.Decrement(ref counter._outstanding);
        }
    }
}
