using CsCheck;

namespace Ftte.TinyEngine.Tests.Planning;

public class ArenaLayoutTests
{
    [Fact]
    public void Nested_lifetimes_on_one_end_are_stacked_the_longest_lowest()
    {
        Tensor inner = Make(100, ArenaEnd.Low, 3, 4), outer = Make(64, ArenaEnd.Low, 1, 6), later = Make(192, ArenaEnd.Low, 5, 6);
        Assert.Equal(64 + 192, ArenaLayout.Place([inner, outer, later]));
        Assert.Equal((0, 64, 64), (outer.Offset, inner.Offset, later.Offset));
    }

    [Fact]
    public void The_two_ends_share_what_is_free()
    {
        Tensor low = Make(640, ArenaEnd.Low, 0, 1), high = Make(64, ArenaEnd.High, 0, 3), highLater = Make(576, ArenaEnd.High, 2, 3);
        Assert.Equal(704, ArenaLayout.Place([low, high, highLater]));
        Assert.Equal((0, 640, 64), (low.Offset, high.Offset, highLater.Offset));
    }

    [Fact]
    public void Any_lifetimes_at_all_get_places_that_do_not_overlap() =>
        Gen.Select(Gen.Int[1, 500], Gen.Bool, Gen.Int[0, 20], Gen.Int[0, 8])
            .Array[0, 25]
            .Sample(
                draws =>
                {
                    Tensor[] tensors = [.. draws.Select(d => Make(d.Item1, d.Item2 ? ArenaEnd.Low : ArenaEnd.High, d.Item3, d.Item3 + d.Item4))];
                    long size = ArenaLayout.Place(tensors);
                    for (int i = 0; i < tensors.Length; i++)
                    {
                        Assert.InRange(tensors[i].Offset, 0, size - tensors[i].Bytes);
                        for (int j = 0; j < i; j++)
                        {
                            Assert.False(
                                tensors[i].MeetsInTime(tensors[j])
                                && tensors[i].Offset < tensors[j].Offset + tensors[j].Bytes
                                && tensors[j].Offset < tensors[i].Offset + tensors[i].Bytes);
                        }
                    }
                },
                iter: 500);

    [Fact]
    public void Sizes_are_rounded_up_to_cache_lines() => Assert.Equal([64, 64, 128], ((long[])[1, 64, 65]).Select(b => new Tensor("t", b, ArenaEnd.Low).Bytes));

    private static Tensor Make(long bytes, ArenaEnd end, int first, int last)
    {
        var tensor = new Tensor("t", bytes, end);
        tensor.UseAt(first);
        tensor.UseAt(last);
        return tensor;
    }
}
