using CsCheck;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Tests.Memory;

public class ArenaLayoutTests
{
    [Fact]
    public void Nested_lifetimes_take_no_more_than_their_sum()
    {
        Tensor inner = Make(100, 3, 4), outer = Make(64, 1, 6), later = Make(192, 5, 6);
        Assert.Equal(64 + 192, ArenaLayout.Place([inner, outer, later]));
    }

    [Fact]
    public void The_memory_of_a_dead_tensor_is_reused()
    {
        Tensor low = Make(640, 0, 1), through = Make(64, 0, 3), later = Make(576, 2, 3);
        Assert.Equal(704, ArenaLayout.Place([low, through, later]));
    }

    [Fact]
    public void Tensors_of_any_lifetimes_do_not_overlap_while_both_live() =>
        Gen.Select(Gen.Int[1, 500], Gen.Int[0, 20], Gen.Int[0, 8])
            .Array[0, 25]
            .Sample(
                draws =>
                {
                    Tensor[] tensors = [.. draws.Select(d => Make(d.Item1, d.Item2, d.Item2 + d.Item3))];
                    long size = ArenaLayout.Place(tensors);
                    Assert.InRange(ArenaLayout.MaxLiveBytes(tensors), 0, size);
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
                iter: 300);

    [Fact]
    public void Sizes_are_rounded_up_to_cache_lines() => Assert.Equal([64, 64, 128], ((long[])[1, 64, 65]).Select(b => new Tensor("t", b).Bytes));

    private static Tensor Make(long bytes, int first, int last)
    {
        var tensor = new Tensor("t", bytes);
        tensor.UseAt(first);
        tensor.UseAt(last);
        return tensor;
    }
}
