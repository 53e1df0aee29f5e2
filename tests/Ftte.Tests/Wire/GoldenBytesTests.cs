using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

/// <summary>Bytes that no change to the code may change. A separate encoder, written from the document in another language, made them.</summary>
public sealed class GoldenBytesTests
{
    private static readonly ClientId Phone = new("phone-17");
    private static readonly UpdateId Id = new(0x0123456789ABCDEF);
    private static readonly ParameterSelection Selected = SampleSelection(12, (2, 3), (7, 2));
    private static readonly float[] Model = [.. Enumerable.Range(0, 12).Select(k => (float)((0.1 * k) - 0.5))];

    private static readonly CheckOutRequest Device = new(Phone, 262_144, 0xFEDCBA9876543210, CanProbe: true);
    private static readonly CheckOutRequest Evaluator = Device with { CanProbe = false, CanEvaluate = true, NeverTrains = true };
    private static readonly CheckOutResponse Busy = new(CheckOutOutcome.Busy, null, TimeSpan.FromSeconds(5));
    private static readonly CheckOutResponse Incremental = Assigned(Selected, Selected);
    private static readonly CheckOutResponse First = Assigned(Selected, SampleSelection(12, (0, 12)));
    private static readonly UpdateReceipt Receipt = new(UpdateOutcome.Buffered, new ModelVersion(42), 0.5);

    private static BlobReference Blob => new(Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(Model))), ValueFormat.Float32);

    public static TheoryData<string, string> Golden => new()
    {
        {
            "device",
            """
            4654544501010000420000002A000000000000001032547698BADCFE00000400
            00000000FFFFFFFFFFFFFFFF0000000000000000010870686F6E652D3137D429
            6347
            """
        },
        {
            "device-evaluator",
            """
            4654544501010000420000002A000000000000001032547698BADCFE00000400
            00000000FFFFFFFFFFFFFFFF0000000000000000060870686F6E652D31374DA6
            183C
            """
        },
        {
            "check-out-busy",
            """
            46545445010200002100000009000000000000000280F0FA02000000008120DE
            6A
            """
        },
        {
            "check-out-float32",
            """
            465454450102000099000000510000000C00000001FFFFFFFFFFFFFFFF103254
            7698BADCFEEFCDAB896745230129000000000000001807F6E5D4C3B2A1020000
            000000BCA065010000000000803F0C0000000870686F6E652D31370002020302
            020001000C000000BFCDCCCCBE9A9999BECDCC4CBECDCCCCBD00000000CDCCCC
            3DCDCC4C3E9A99993ECDCCCC3E0000003F9A99193FA8EFD479
            """
        },
        {
            "check-out-bfloat16",
            """
            4654544501020100700000004E0000000500000001FFFFFFFFFFFFFFFF103254
            7698BADCFEEFCDAB896745230129000000000000001807F6E5D4C3B2A1020000
            000000BCA065010000000000803F0C0000000870686F6E652D31370002020302
            02019ABE4DBECDBD4D3E9A3E73281E96
            """
        },
        {
            "check-out-int8",
            """
            46545445010202806F0000004E0000000500000001FFFFFFFFFFFFFFFF103254
            7698BADCFEEFCDAB896745230129000000000000001807F6E5D4C3B2A1020000
            000000BCA065010000000000803F0C0000000870686F6E652D31370002020302
            020138CF1A3B81ABD5547F28CB92D6
            """
        },
        {
            "update-float32",
            """
            46545445010300005600000032000000030000001032547698BADCFEEFCDAB89
            6745230129000000000000001807F6E5D4C3B2A1020000004001000000087068
            6F6E652D31370000803F000000BF9A99993EFC3DE390
            """
        },
        {
            "update-bfloat16",
            """
            46545445010301005000000032000000030000001032547698BADCFEEFCDAB89
            6745230129000000000000001807F6E5D4C3B2A1020000004001000000087068
            6F6E652D3137803F00BF9A3EA29A2549
            """
        },
        {
            "update-int8",
            """
            46545445010302805100000032000000030000001032547698BADCFEEFCDAB89
            6745230129000000000000001807F6E5D4C3B2A1020000004001000000087068
            6F6E652D31370402013C7FC0265D76F6C2
            """
        },
        {
            "update-evaluation",
            """
            46545445010300005200000032000000020000001032547698BADCFEEFCDAB89
            6745230129000000000000001807F6E5D4C3B2A1020000004001000003087068
            6F6E652D31370000803E0000603F4D0D757A
            """
        },
        {
            "receipt",
            """
            4654544501040000310000001900000000000000012A00000000000000000000
            000000E03FFFFFFFFFFFFFFFFFA55F8BC4
            """
        },
        {
            "check-out-reference",
            """
            46545445010500008A000000720000000000000001FFFFFFFFFFFFFFFF103254
            7698BADCFEEFCDAB896745230129000000000000001807F6E5D4C3B2A1020000
            000000BCA065010000000000803F0C0000000870686F6E652D31370002020302
            020001000C00BFE3F7C9823B9913EC5FE9A89688CDCF8D2016CCDC01A28F70C0
            F95599F88C42F0E0E99F
            """
        },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void The_writer_writes_the_golden_bytes(string name, string hex)
    {
        ulong seed = WireMessage.GetSeed(Phone, Id);
        byte[] written = name switch
        {
            "device" => Write(w => CheckOutRequestMessage.Write(w, Device)),
            "device-evaluator" => Write(w => CheckOutRequestMessage.Write(w, Evaluator)),
            "check-out-busy" => Write(Busy, [], ValueFormat.Float32),
            "check-out-float32" => Write(First, Model, ValueFormat.Float32, seed),
            "check-out-bfloat16" => Write(Incremental, Model, ValueFormat.BFloat16, seed),
            "check-out-int8" => Write(Incremental, Model, ValueFormat.Int8, seed),
            "update-float32" => Write(Header(), [1f, -0.5f, 0.3f], ValueFormat.Float32, seed),
            "update-bfloat16" => Write(Header(), [1f, -0.5f, 0.3f], ValueFormat.BFloat16, seed),
            "update-int8" => Write(Header(), [1f, -0.5f, 0.3f], ValueFormat.Int8, seed),
            "check-out-reference" => Write(w => CheckOutReferenceMessage.Write(w, First, Blob)),
            "update-evaluation" => Write(Header() with { Content = UpdateContent.Evaluation }, [0.25f, 0.875f], ValueFormat.Int8, seed),
            _ => Write(w => ReceiptMessage.Write(w, Receipt)),
        };
        Assert.Equal(Plain(hex), Convert.ToHexString(written));
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void The_reader_reads_the_golden_bytes(string name, string hex)
    {
        byte[] message = Convert.FromHexString(Plain(hex));
        float[] device = new float[12];
        switch (name)
        {
            case "device":
                Assert.Equal(Device, CheckOutRequestMessage.Read(message));
                break;
            case "device-evaluator":
                Assert.Equal(Evaluator, CheckOutRequestMessage.Read(message));
                break;
            case "check-out-busy":
                Assert.Equal(Busy, CheckOutResponseMessage.Read(message, device));
                break;
            case "check-out-float32":
                Assert.Equal(First, CheckOutResponseMessage.Read(message, device));
                Assert.Equal(Model, device);
                break;
            case "check-out-bfloat16":
                Assert.Equal(Incremental, CheckOutResponseMessage.Read(message, device));
                Assert.Equal([0, 0, -0.30078125f, -0.2001953125f, -0.10009765625f, 0, 0, 0.2001953125f, 0.30078125f, 0, 0, 0], device);
                break;
            case "check-out-int8":
                Assert.Equal(Incremental, CheckOutResponseMessage.Read(message, device));
                Assert.All(Enumerable.Range(0, 12), i => Assert.InRange(device[i] - (Selected.Contains(i) ? Model[i] : 0), -0.3f / 127, 0.3f / 127));
                break;
            case "check-out-reference":
                Assert.Equal(First, CheckOutReferenceMessage.Read(message, 12, out BlobReference blob));
                Assert.Equal(Blob, blob);
                break;
            case "update-evaluation":
                using (SparseUpdate answer = UpdateMessage.Read(message))
                {
                    Assert.Equal(Header() with { Content = UpdateContent.Evaluation }, answer.Header);
                    Assert.Equal([0.25f, 0.875f], answer.Values.ToArray());
                }

                break;
            case "receipt":
                Assert.Equal(Receipt, ReceiptMessage.Read(message));
                break;
            default:
                using (SparseUpdate update = UpdateMessage.Read(message))
                {
                    Assert.Equal(Header(), update.Header);
                    Assert.Equal(-0.5, update.Values.Span[1], name == "update-int8" ? 1 / 127.0 : 0);
                    Assert.Equal(0.3, update.Values.Span[2], name == "update-float32" ? 1e-7 : 1 / 127.0);
                }

                break;
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void The_document_shows_the_golden_bytes(string name, string hex) => Assert.Equal(Plain(hex), ReadDocument(name));

    [Fact]
    public void The_document_shows_no_other_bytes()
    {
        string[] shown = [.. File.ReadLines(FindDocument()).Where(l => l.StartsWith("### `", StringComparison.Ordinal)).Select(l => l[5..^1])];
        Assert.Equal(Golden.Select(row => row[0]), shown);
    }

    private static string Plain(string hex) => hex.ReplaceLineEndings("");

    /// <summary>Reads the block under a heading: hex in the first 23 columns, what it means behind them.</summary>
    private static string ReadDocument(string name) => string.Concat(File.ReadLines(FindDocument())
        .SkipWhile(line => line != $"### `{name}`")
        .SkipWhile(line => line != "```text")
        .Skip(1)
        .TakeWhile(line => line != "```")
        .Select(line => line[..23].Replace(" ", "", StringComparison.Ordinal)));

    private static string FindDocument()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ftte.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "docs", "wire-format.md");
    }
}
