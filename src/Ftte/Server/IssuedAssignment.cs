using Ftte.Serialization;

namespace Ftte;

/// <summary>Represents the server's record of an issued assignment, with which it recognizes the update that answers the assignment.</summary>
internal readonly record struct IssuedAssignment(UpdateId Id, ModelVersion BaseVersion, ulong BaseFingerprint, SelectionVersion SelectionVersion, UpdateContent Content)
{
    /// <summary>Determines whether an update answers this assignment.</summary>
    public bool IsAnsweredBy(in UpdateHeader header) =>
        header.Id == Id && header.BaseVersion == BaseVersion && header.BaseFingerprint == BaseFingerprint && header.SelectionVersion == SelectionVersion && header.Content == Content;

    public void Save(StateWriter writer)
    {
        writer.UInt64(Id.Value);
        writer.Int64(BaseVersion.Number);
        writer.UInt64(BaseFingerprint);
        writer.Int32(SelectionVersion.Number);
        writer.Byte((byte)Content);
    }

    public static IssuedAssignment Load(ref StateReader reader) => new(
        new UpdateId(reader.UInt64()),
        new ModelVersion(reader.Int64("base version of an assignment")),
        reader.UInt64(),
        new SelectionVersion(reader.Int32("selection version of an assignment")),
        (UpdateContent)reader.Byte());
}
