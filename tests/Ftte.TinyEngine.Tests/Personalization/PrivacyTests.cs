using System.Buffers;
using System.Runtime.InteropServices;
using Ftte.TinyEngine.Personalization;
using Ftte.Wire;
using static Ftte.TinyEngine.Tests.Personalization.PersonalBench;

namespace Ftte.TinyEngine.Tests.Personalization;

/// <summary>What leaves the device, byte by byte.</summary>
public class PrivacyTests
{
    public static TheoryData<ValueFormat> Formats => [ValueFormat.Float32, ValueFormat.BFloat16, ValueFormat.Int8];

    /// <summary>If only personal blocks are selected, nothing else in the message can depend on the personal values.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public async Task The_bytes_of_personal_blocks_in_a_message_do_not_depend_on_the_personal_values(ValueFormat format)
    {
        foreach (string policy in Policies.Keys)
        {
            ParameterSelection personal = Create(policy).Coordinates;
            byte[] first = await MessageAsync(CreateTrained(policy, 1), personal, format), second = await MessageAsync(CreateTrained(policy, 2), personal, format);
            Assert.Equal(first, second);
            Assert.Equal(first, await MessageAsync(Create(policy), personal, format));
        }
    }

    [Theory]
    [InlineData("proximal copy")]
    [InlineData("fine-tuning")]
    public async Task With_a_copy_no_byte_of_a_message_depends_on_the_personal_values(string policy) =>
        Assert.Equal(
            await MessageAsync(CreateTrained(policy, 1), Net.Trainable, ValueFormat.Float32), await MessageAsync(CreateTrained(policy, 2), Net.Trainable, ValueFormat.Float32));

    [Theory]
    [InlineData("local head")]
    [InlineData("alternating head")]
    [InlineData("local normalization")]
    public async Task A_server_that_selects_personal_blocks_gets_no_change_for_them_and_the_same_for_the_others(string policy)
    {
        PersonalModel model = Create(policy);
        ParameterSelection shared = Body.Except(model.Coordinates), all = shared.Union(model.Coordinates);
        using LocalTrainer trainer = Trainer(model), other = Trainer(Create(policy));
        float[] packed = (await TrainAsync(trainer, all, 1))[0], dense = new float[Start.Length];
        all.Scatter(packed, dense);
        float[] personal = new float[model.Coordinates.Count], rest = new float[shared.Count];
        model.Coordinates.Gather(dense, personal);
        shared.Gather(dense, rest);
        Assert.All(personal, change => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(change)));
        Assert.Equal((await TrainAsync(other, shared, 1))[0], rest);
        Assert.Contains(trainer.Warnings, warning => warning.StartsWith("The server selects personal parameters, for which the device sends no change.", StringComparison.Ordinal));
        Assert.DoesNotContain(other.Warnings, warning => warning.StartsWith("The server", StringComparison.Ordinal));
        await TrainAsync(trainer, Net.Trainable, 2);
        Assert.Single(trainer.Warnings, warning => warning.StartsWith("The server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trained_values_of_personal_blocks_are_sent_as_received()
    {
        using LocalTrainer trainer = Trainer(CreateTrained("local head", 1));
        float[] sent = (await TrainAsync(trainer, Head, 1, content: UpdateContent.Trained))[0], received = new float[Head.Count];
        Head.Gather(Start, received);
        Assert.Equal(received, sent);
    }

    [Theory]
    [MemberData(nameof(Names), MemberType = typeof(PersonalBench))]
    public async Task No_personal_value_occurs_in_a_message_or_in_the_memory_of_the_update(string policy)
    {
        var pool = new KeepingPool();
        PersonalModel model = CreateTrained(policy, 1);
        using var trainer = new LocalTrainer(Net, Examples, Options, pool, personal: model);
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Net, Body.Except(model.Coordinates)), Start);
        byte[] message = Write(update, ValueFormat.Float32);
        HashSet<uint> personal = [.. ModelOf(model).Where((_, i) => model.Coordinates.Contains(i)).Select(BitConverter.SingleToUInt32Bits)];
        Assert.DoesNotContain(MemoryMarshal.Cast<byte, uint>(message.AsSpan(..(message.Length / 4 * 4))).ToArray(), personal.Contains);
        Assert.DoesNotContain(pool.Last, value => value != 0 && personal.Contains(BitConverter.SingleToUInt32Bits(value)));
    }

    [Fact]
    public async Task A_probe_measures_the_shared_model_and_gives_personal_blocks_no_importance()
    {
        using LocalTrainer trainer = Trainer(CreateTrained("local head", 1)), other = Trainer(CreateTrained("local head", 2)), copy = Trainer(CreateTrained("proximal copy", 1)), plain = Trainer(null);
        float[] shares = await ProbeAsync(trainer), plainShares = await ProbeAsync(plain);
        Assert.Equal(shares, await ProbeAsync(other));
        Assert.Equal(plainShares, await ProbeAsync(copy));
        Assert.Equal(1, shares.Sum(), 1e-5f);
        foreach ((ParameterBlock block, int i) in Net.Layout.Blocks.Select((block, i) => (block, i)))
        {
            Assert.Equal(plainShares[i] > 0 && !Head.Contains(block.Range.Start), shares[i] > 0);
        }

        static async Task<float[]> ProbeAsync(LocalTrainer trainer)
        {
            using SparseUpdate answer = await trainer.ProbeAsync(TestData.Assign(Net, Body, content: UpdateContent.Importance), Start, long.MaxValue);
            return answer.Values.ToArray();
        }
    }

    private static async Task<byte[]> MessageAsync(PersonalModel model, ParameterSelection selection, ValueFormat format)
    {
        using LocalTrainer trainer = Trainer(model);
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Net, selection), Start);
        return Write(update, format);
    }

    private static byte[] Write(SparseUpdate update, ValueFormat format)
    {
        var message = new ArrayBufferWriter<byte>();
        UpdateMessage.Write(message, update, format, WireMessage.GetSeed(update.Header.Client, update.Header.Id));
        return message.WrittenSpan.ToArray();
    }

    private sealed class KeepingPool : MemoryPool<float>
    {
        public float[] Last { get; private set; } = [];

        public override int MaxBufferSize => int.MaxValue;

        public override IMemoryOwner<float> Rent(int minBufferSize = -1) => new Owner(Last = new float[minBufferSize]);

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Owner(float[] values) : IMemoryOwner<float>
        {
            public Memory<float> Memory => values;

            public void Dispose()
            {
            }
        }
    }
}
