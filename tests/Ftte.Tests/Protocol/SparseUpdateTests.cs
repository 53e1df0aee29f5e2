using System.Buffers;
using Ftte.TinyEngine;

namespace Ftte.Tests;

public class SparseUpdateTests
{
    private static readonly UpdateHeader Header = new(new ClientId("a"), new UpdateId(1), 2, new ModelVersion(3), new SelectionVersion(4), 5);

    [Fact]
    public void An_update_is_the_values_at_the_front_of_its_buffer_and_their_moments()
    {
        using var pool = new RentCounter();
        IMemoryOwner<float> buffer = pool.Rent(5);
        ((float[])[1, 2, 3, float.NaN, 9]).CopyTo(buffer.Memory.Span);
        using var update = new SparseUpdate(Header, buffer, 3);
        Assert.Equal([1, 2, 3], update.Values.ToArray());
        Assert.Equal(UpdateMoments.Measure([1, 2, 3]), update.Moments);
        Assert.Equal(Header, update.Header);
    }

    [Fact]
    public void Creating_one_copies_the_values_into_the_pool_given()
    {
        using var pool = new RentCounter();
        float[] values = [1, 2];
        var update = SparseUpdate.Create(Header, values, pool);
        values[0] = 9;
        Assert.Equal(1, pool.Outstanding);
        Assert.Equal([1, 2], update.Values.ToArray());
        update.Dispose();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void An_update_may_have_no_values()
    {
        using var update = SparseUpdate.Create(Header, []);
        Assert.Equal(0, update.Values.Length);
        Assert.Equal(0, update.Moments.Count);
    }

    [Fact]
    public void Disposing_twice_returns_the_buffer_once()
    {
        using var pool = new RentCounter();
        var update = SparseUpdate.Create(Header, [1], pool);
        update.Dispose();
        update.Dispose();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Disposing_from_many_threads_returns_the_buffer_once()
    {
        using var pool = new RentCounter();
        for (int i = 0; i < 100; i++)
        {
            var update = SparseUpdate.Create(Header, [1], pool);
            Parallel.For(0, 4, _ => update.Dispose());
            Assert.Equal(0, pool.Outstanding);
        }
    }

    [Fact]
    public void Values_of_a_disposed_update_are_refused_but_its_header_and_moments_stay()
    {
        var update = SparseUpdate.Create(Header, [3, 4]);
        update.Dispose();
        var error = Assert.Throws<ObjectDisposedException>(() => update.Values);
        Assert.Contains("receipt", error.Message, StringComparison.Ordinal);
        Assert.Equal(Header, update.Header);
        Assert.Equal(5, update.Moments.Norm);
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(4, 5)]
    [InlineData(int.MaxValue, 5)]
    [InlineData(3, 0)]
    [InlineData(3, -1)]
    public void A_refused_buffer_is_returned(int count, int examples)
    {
        using var pool = new RentCounter();
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseUpdate(Header with { ExampleCount = examples }, pool.Rent(3), count));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_refused_copy_is_returned()
    {
        using var pool = new RentCounter();
        Assert.Throws<ArgumentOutOfRangeException>(() => SparseUpdate.Create(Header with { ExampleCount = 0 }, [1], pool));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_buffer_that_cannot_be_read_is_returned()
    {
        var broken = new BrokenOwner();
        Assert.Throws<InvalidDataException>(() => new SparseUpdate(Header, broken, 1));
        Assert.Equal(1, broken.Disposals);
    }

    [Fact]
    public void No_buffer_is_refused() => Assert.Throws<ArgumentNullException>(() => new SparseUpdate(Header, null!, 0));

    [Fact]
    public void Updates_that_come_and_go_leave_nothing_behind()
    {
        using var pool = new RentCounter();
        Parallel.For(0, 500, i =>
        {
            using var update = SparseUpdate.Create(Header, new float[i % 40], pool);
            Assert.Equal(i % 40, update.Values.Length);
        });
        Assert.Equal(0, pool.Outstanding);
    }

    private sealed class BrokenOwner : IMemoryOwner<float>
    {
        public int Disposals { get; private set; }

        public Memory<float> Memory => throw new InvalidDataException("gone");

        public void Dispose() => Disposals++;
    }
}
