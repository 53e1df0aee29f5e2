namespace Ftte.TinyEngine.Personalization;

/// <summary>Specifies the parameters that a phase of local training changes.</summary>
public enum TrainedPart
{
    /// <summary>The selection of the server and the personal blocks together. Personal blocks have their personal values.</summary>
    SharedAndPersonal,

    /// <summary>The personal blocks. The other parameters keep their values.</summary>
    Personal,

    /// <summary>The selection of the server without the personal blocks, which keep their personal values.</summary>
    Shared,

    /// <summary>The selection of the server, from the received values, as without personalization. The personal blocks are a separate copy.</summary>
    Received,
}
